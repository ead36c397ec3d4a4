import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { removeDs389, startDs389 } from '../../scripts/servers/ds389.ts'
import { freePort } from '../../scripts/servers/ports.ts'
import { directoryContract } from './directory.contract.ts'

directoryContract('389 Directory Server', async () => {
  const folder = mkdtempSync(join('/tmp', 'congvu-389-'))
  const options = { folder, port: await freePort(), domain: 'quangninh.gov.vn', password: 'mật khẩu dịch vụ' }
  const server = await startDs389(options)
  const { url, baseDn, bindDn, bindPassword } = server
  return {
    settings: { url, ca: null, baseDn, bindDn, bindPassword, timeoutMs: 10_000, connections: 4 },
    transactions: false,
    passwordPolicy: true,
    argon2: false,
    members: 1_000,
    moves: true,
    stop: () => removeDs389(server, folder),
  }
})
