import { argon2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)
/** OWASP's second choice for Argon2id: 19 MiB, two passes, one lane; what slapd's module verifies in some 20 ms. */
const MEMORY = 19_456
const PASSES = 2

/** The password as `userPassword` holds it (RFC 2307 scheme, PHC string): `{ARGON2}$argon2id$v=19$…`. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const tag = await derive('argon2id', {
    message: Buffer.from(password, 'utf8'),
    nonce,
    parallelism: 1,
    tagLength: 32,
    memory: MEMORY,
    passes: PASSES,
  })
  const plain = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  return `{ARGON2}$argon2id$v=19$m=${MEMORY},t=${PASSES},p=1$${plain(nonce)}$${plain(Buffer.from(tag))}`
}
