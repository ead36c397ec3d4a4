import { isLocalPart, type LocalPart } from '../../kernel/email-address.ts'
import { fold } from '../../kernel/text.ts'

/** An official address as a file gives it; the three ways in which such addresses are wrong are told apart. */
export type GivenAddress =
  { readonly kind: 'good'; readonly local: LocalPart } | { readonly kind: 'accent' | 'capitals' | 'domain' | 'form' }

/**
 * Reads an official address, with or without the domain. `domains` are those of the province, in lower case. What is wrong is
 * told in this order: accents, another domain, capitals, the form; nothing is mended.
 */
export function readGivenAddress(text: string, domains: ReadonlySet<string>): GivenAddress {
  const plain = text.normalize('NFC').trim()
  if (/[^\x20-\x7e]/.test(plain)) return { kind: 'accent' }
  const [local = '', domain, ...more] = plain.split('@')
  if (more.length > 0) return { kind: 'form' }
  if (domain !== undefined && !domains.has(domain.toLowerCase())) return { kind: 'domain' }
  if (plain !== plain.toLowerCase()) return { kind: 'capitals' }
  return isLocalPart(local) ? { kind: 'good', local } : { kind: 'form' }
}

/** Whether a given address, however badly written, means this local part. */
export const meansLocal = (text: string, local: string): boolean =>
  (text.split('@')[0] ?? '').trim().split(/[.-]/).map(fold).join('') === local.replace(/[.-]/g, '')
