import { entryReader } from './fast-entries.ts'
import type { Failure, Ldapjs, LdapjsErrors, RawClient } from './ldapjs-types.ts'
import type { LdapEntry } from './operations.ts'

const guarded = Symbol.for('congvu.ldapjs.guarded')

/**
 * Makes ldapjs survive what a server may send, for everyone in the process who uses it (passport-ldapauth too):
 * - a result code that it does not know (0x4121 of a bad transaction) throws inside the parser, where nobody can catch it;
 *   it becomes an ordinary error that carries the code;
 * - anything else thrown while a message is taken apart becomes the connection's error and ends that connection only.
 * The server's diagnostic text, which ldapjs loses, is kept in `diagnostic`.
 */
export function guardLdapjs(ldapjs: Ldapjs, errors: LdapjsErrors): void {
  const marked = ldapjs.Parser.prototype as typeof ldapjs.Parser.prototype & { [guarded]?: true }
  if (marked[guarded]) return
  marked[guarded] = true

  const known = errors.getError
  errors.getError = (result) => {
    const diagnostic = result.diagnosticMessage ?? ''
    try {
      return Object.assign(known(result), { diagnostic })
    } catch {
      return Object.assign(new Error(diagnostic), { name: 'UnknownResultError', code: result.status, diagnostic })
    }
  }

  const write = ldapjs.Parser.prototype.write
  ldapjs.Parser.prototype.write = function guardedWrite(data) {
    try {
      return write.call(this, data)
    } catch (error) {
      this.emit('error', error)
      return false
    }
  }
}

/**
 * From now on every search entry on this connection goes to `take`, and not to whoever searched: for one search that has
 * the connection to itself. (ldapjs also writes every packet out in hexadecimal for a log that nobody keeps.)
 */
export function takeEntries(client: RawClient, take: (entry: LdapEntry) => void): void {
  const { parser } = client._tracker
  const read = entryReader(take, (message) => parser.write(message))
  client._socket?.removeAllListeners('data')
  client._socket?.on('data', (data: Buffer) => {
    try {
      read(data)
    } catch (error) {
      parser.emit('error', error)
    }
  })
}

/** The result code that the server answered, or null when the failure is not an answer of the server. */
export function resultCode(error: Failure): number | null {
  // These have the code of "other" although no server said so.
  if (['ConnectionError', 'TimeoutError', 'AbandonedError'].includes(error.name)) return null
  return typeof error.code === 'number' ? error.code : null
}
