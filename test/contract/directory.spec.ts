import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificates } from '../../scripts/servers/certificates.ts'
import { freePort } from '../../scripts/servers/ports.ts'
import { startSlapd } from '../../scripts/servers/slapd.ts'
import { startEmbeddedDirectory } from '../../src/directory/embedded.ts'
import { directoryContract } from './directory.contract.ts'

const BASE = 'dc=quangninh,dc=gov,dc=vn'
const newFolder = () => mkdtempSync(join(tmpdir(), 'congvu-directory-'))

directoryContract('embedded', async () => {
  const folder = newFolder()
  const service = { baseDn: BASE, bindDn: `cn=congvu,ou=services,${BASE}`, bindPassword: 'mật khẩu dịch vụ' }
  const server = await startEmbeddedDirectory({ folder, port: 0, ...service })
  return {
    settings: { url: server.url, ca: null, ...service, timeoutMs: 10_000, connections: 4 },
    transactions: false,
    passwordPolicy: true,
    argon2: true,
    members: 1_000,
    moves: false,
    stop: async () => {
      await server.stop()
      rmSync(folder, { recursive: true })
    },
  }
})

directoryContract('OpenLDAP', async () => {
  const folder = newFolder()
  const certificates = await makeCertificates(join(folder, 'tls'))
  const passwords = { congvu: 'mật khẩu dịch vụ', dovecot: 'd', postfix: 'p' }
  const domain = 'quangninh.gov.vn'
  const server = await startSlapd({ folder, port: await freePort(), domain, certificates, passwords, fast: true })
  const { tlsUrl, baseDn, bindDn, bindPassword } = server
  const ca = readFileSync(server.caFile, 'utf8')
  return {
    settings: { url: tlsUrl, ca, baseDn, bindDn, bindPassword, timeoutMs: 10_000, connections: 4 },
    transactions: true,
    passwordPolicy: true,
    argon2: true,
    members: 1_000,
    moves: true,
    stop: async () => {
      await server.stop()
      rmSync(folder, { recursive: true })
    },
  }
})
