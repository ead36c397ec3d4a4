import { sameText } from '../kernel/secrets.ts'

/** A keyed hash; without the key nobody makes a return address of a letter. */
export type Mac = (text: string) => string

const MESSAGE_ID = /^<([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})@([^>]+)>$/
const RETURNED = /^([^+@]+)\+([0-9a-f]{32})([0-9a-f]{12})@([^@]+)$/

const tagOf = (mac: Mac, id: string): string => Buffer.from(mac(id), 'base64url').toString('hex').slice(0, 12)

/**
 * Where a letter goes back to when it cannot be delivered: an address of its own for each (variable envelope return path),
 * so that what comes back tells which letter it was, whatever the server on the way writes into its report.
 */
export function returnAddressOf(base: string, messageId: string, mac: Mac): string {
  const [, ...parts] = MESSAGE_ID.exec(messageId) ?? []
  const id = parts.slice(0, 5).join('')
  const [local = '', domain = ''] = base.split('@')
  return `${local}+${id}${tagOf(mac, id)}@${domain}`
}

/** Whether an address has the form of a return address of ours; that it was made by us, only `letterReturnedTo` knows. */
export function looksReturned(address: string, base: string): boolean {
  const [, local = '', , , host = ''] = RETURNED.exec(address.toLowerCase()) ?? []
  return `${local}@${host}` === base.toLowerCase()
}

/** The Message-ID of the letter that this return address was made for; null for every other address. */
export function letterReturnedTo(address: string, base: string, domain: string, mac: Mac): string | null {
  const [, local, id, tag, host] = RETURNED.exec(address.toLowerCase()) ?? []
  if (local === undefined || id === undefined || tag === undefined) return null
  if (`${local}@${host ?? ''}` !== base.toLowerCase() || !sameText(tag, tagOf(mac, id))) return null
  return `<${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}@${domain}>`
}
