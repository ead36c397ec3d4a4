import { execFile } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Servers } from '../../scripts/servers/all.ts'
import { freePort } from '../../scripts/servers/ports.ts'
import { startSlapd } from '../../scripts/servers/slapd.ts'
import { run as toItsEnd } from '../servers/support.ts'

const run = promisify(execFile)

/** A second slapd that was made from the first one's content; it follows the first while it is told to. */
export async function replicaOf(servers: Servers) {
  const folder = join(servers.folder, 'replica')
  const at = (name: string) => join(folder, name)
  const tlsPort = await freePort()
  const replica = await startSlapd({
    ...{ folder, port: await freePort(), tlsPort, domain: servers.domain, passwords: servers.servicePasswords },
    certificates: {
      caFile: servers.caFile,
      certFile: join(servers.folder, 'certificates/server.pem'),
      keyFile: join(servers.folder, 'certificates/server.key'),
    },
    fast: true,
  })
  await replica.stop()
  const content = at('content.ldif')
  await run('/usr/sbin/slapcat', ['-n', '1', '-F', join(servers.folder, 'slapd/slapd.d'), '-l', content])
  rmSync(at('data'), { recursive: true })
  mkdirSync(at('data'))
  await run('/usr/sbin/slapadd', ['-q', '-n', '1', '-F', at('slapd.d'), '-l', content])
  await replica.start()

  const configure = async (change: string) => {
    const { code, output } = await toItsEnd(
      'ldapmodify',
      ['-Q', '-Y', 'EXTERNAL', '-H', replica.adminUrl],
      {},
      `dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\n${change}\n`,
    )
    if (code !== 0) throw new Error(output)
  }
  const { slapd } = servers
  return {
    url: replica.tlsUrl,
    follow: () =>
      configure(
        `add: olcSyncrepl
olcSyncrepl: rid=001 provider=${slapd.tlsUrl} type=refreshAndPersist retry="1 +" searchbase="${slapd.baseDn}"
  bindmethod=simple binddn="${slapd.bindDn}" credentials="${slapd.bindPassword}" tls_cacert="${servers.caFile}"`,
      ),
    halt: () => configure('delete: olcSyncrepl'),
    stop: () => replica.stop(),
  }
}
