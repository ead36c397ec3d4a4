import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../../src/directory/connection.ts'
import { daemon, listens } from './daemon.ts'
import type { Daemon } from './daemon.ts'
import { DEPLOY } from './fill.ts'
import { ensurePackages } from './packages.ts'
import { baseDnOf, ssha } from './slapd.ts'

const TEMPLATE = '/usr/share/dirsrv/data/template-dse.ldif'
const ROOT = 'cn=Directory Manager'

export type Ds389 = Daemon & {
  readonly url: string
  readonly baseDn: string
  readonly bindDn: string
  readonly bindPassword: string
}

/**
 * A private 389 Directory Server with Congvu's schema, an empty tree, and a service account as the administrators' guide says;
 * from the server's own template, for its tools want systemd. Plain LDAP on 127.0.0.1 only.
 */
export async function startDs389(options: {
  readonly folder: string
  readonly port: number
  readonly domain: string
  readonly password: string
}): Promise<Ds389> {
  await ensurePackages({ ds389: true })
  const { folder, port, domain, password } = options
  const at = (name: string) => join(folder, name)
  const baseDn = baseDnOf(domain)
  for (const name of ['schema', 'lock', 'tmp', 'cert', 'ldif', 'bak', 'run', 'inst', 'log', 'db'])
    mkdirSync(at(name), { recursive: true })
  writeFileSync(at('schema/98congvu.ldif'), schemaOf(readFileSync(join(DEPLOY, 'openldap/congvu.ldif'), 'utf8')))
  writeFileSync(at('dse.ldif'), configurationOf(folder, port, baseDn, password), { mode: 0o600 })
  const server = daemon({
    name: '389 Directory Server',
    command: '/usr/sbin/ns-slapd',
    args: ['-D', folder, '-i', at('run/pid'), '-d', '0'],
    log: at('out.log'),
    signal: 'SIGTERM',
    ready: () => listens(port),
  })
  // What it writes at its first start is in force from the second on: entries have no entryUUID before.
  await server.start()
  await server.stop()
  await server.start()
  const url = `ldap://127.0.0.1:${port}`
  const bindDn = `cn=congvu,ou=services,${baseDn}`
  await makeTree({ url, baseDn, bindDn: ROOT, bindPassword: password }, bindDn)
  return { ...server, url, baseDn, bindDn, bindPassword: password }
}

function configurationOf(folder: string, port: number, baseDn: string, password: string): string {
  const at = (name: string) => join(folder, name)
  const values: Record<string, string> = {
    ...{ schema_dir: at('schema'), lock_dir: at('lock'), tmp_dir: at('tmp'), cert_dir: at('cert') },
    ...{ ldif_dir: at('ldif'), bak_dir: at('bak'), run_dir: at('run'), inst_dir: at('inst'), log_dir: at('log') },
    ...{ config_dir: folder, db_dir: at('db'), db_home_dir: at('db'), db_lib: 'mdb', fqdn: 'localhost' },
    ...{ ds_port: String(port), ds_user: 'root', rootdn: ROOT, ds_passwd: ssha(password), ds_suffix: baseDn },
    ...{ ldapi_enabled: 'off', ldapi: at('run/ldapi'), ldapi_autobind: 'off' },
  }
  const text = readFileSync(TEMPLATE, 'utf8').replace(/%([a-z_]+)%/g, (_, name: string) => values[name] ?? '')
  // Hashes come from Congvu, or were there before.
  const config = text.replace(
    'cn: config\n',
    'cn: config\nnsslapd-allow-hashed-passwords: on\npasswordLockout: on\npasswordMaxFailure: 5\n',
  )
  return config
}

/** The schema of `deploy/openldap` as any server takes it (RFC 4512): names for OIDs written out. */
function schemaOf(openldap: string): string {
  const lines = openldap
    .replace(/^#.*\n/gm, '')
    .replace(/\n /g, '')
    .split('\n')
  const oids = new Map<string, string>()
  const whole = (oid: string): string => {
    const [name = '', rest] = oid.split(':')
    const root = oids.get(name) ?? name
    return rest === undefined ? root : `${root}.${rest}`
  }
  const definitions = lines.flatMap((line) => {
    const macro = /^olcObjectIdentifier: (\S+) (\S+)$/.exec(line)
    if (macro) oids.set(macro[1] ?? '', whole(macro[2] ?? ''))
    const definition = /^olc(AttributeTypes|ObjectClasses): \( (\S+) (.*)$/.exec(line)
    if (!definition) return []
    const [, kind, oid = '', rest] = definition
    return [`${kind === 'ObjectClasses' ? 'objectClasses' : 'attributeTypes'}: ( ${whole(oid)} ${rest ?? ''}`]
  })
  return `dn: cn=schema\nobjectClass: top\nobjectClass: ldapSubentry\nobjectClass: subschema\n${definitions.join('\n')}\n`
}

async function makeTree(
  root: { url: string; baseDn: string; bindDn: string; bindPassword: string },
  bindDn: string,
): Promise<void> {
  const { baseDn } = root
  const connection = await connect({ ...root, ca: null, timeoutMs: 10_000, connections: 1 })
  try {
    const classes = ['top', 'extensibleObject']
    await connection.add('cn=userRoot,cn=ldbm database,cn=plugins,cn=config', {
      ...{ objectClass: [...classes, 'nsBackendInstance'], cn: ['userRoot'], 'nsslapd-suffix': [baseDn] },
    })
    await connection.add(`cn="${baseDn}",cn=mapping tree,cn=config`, {
      ...{ objectClass: [...classes, 'nsMappingTree'], cn: [baseDn], 'nsslapd-state': ['backend'] },
      'nsslapd-backend': ['userRoot'],
    })
    // What the server keeps by itself, entryUUID among it, is not part of "*".
    const aci = `(targetattr!="aci")(version 3.0; acl "Congvu"; allow (all) userdn="ldap:///${bindDn}";)`
    await connection.add(baseDn, {
      objectClass: ['top', 'domain'],
      dc: [baseDn.slice(3, baseDn.indexOf(','))],
      aci: [aci],
    })
    for (const ou of ['services', 'people', 'groups'])
      await connection.add(`ou=${ou},${baseDn}`, { objectClass: ['organizationalUnit'], ou: [ou] })
    await connection.add(bindDn, {
      ...{
        objectClass: ['person', 'extensibleObject'],
        cn: ['congvu'],
        sn: ['congvu'],
        userPassword: [root.bindPassword],
      },
      // It reads everything, whatever the limits of others.
      ...{ nsSizeLimit: ['-1'], nsLookThroughLimit: ['-1'], nsPagedSizeLimit: ['-1'], nsTimeLimit: ['-1'] },
    })
  } finally {
    await connection.close()
  }
}

/** Ends with its data. */
export const removeDs389 = async (server: Ds389, folder: string): Promise<void> => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
