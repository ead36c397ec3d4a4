import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export type Certificates = { readonly caFile: string; readonly certFile: string; readonly keyFile: string }

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '3650']

/** A certificate authority for one run, and a server certificate of 127.0.0.1 and localhost. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const at = (name: string) => join(folder, name)
  const ca = ['-subj', '/CN=Congvu test authority', '-addext', 'keyUsage=critical,keyCertSign,cRLSign']
  await run('openssl', ['req', '-x509', ...KEY, ...ca, '-keyout', at('ca.key'), '-out', at('ca.pem')])
  const server = [
    ...['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-addext', 'extendedKeyUsage=serverAuth'],
  ]
  await run('openssl', ['req', '-x509', ...KEY, ...server, '-keyout', at('server.key'), '-out', at('server.pem')])
  return { caFile: at('ca.pem'), certFile: at('server.pem'), keyFile: at('server.key') }
}
