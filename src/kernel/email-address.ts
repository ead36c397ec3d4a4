import { z } from 'zod'

/**
 * An e-mail address in the plain form that every system here agrees on: ASCII, lower case, a dot-atom before the `@` and
 * a host name after it (RFC 5321 4.1.2 without quoted strings and address literals; lengths of 4.5.3.1).
 */
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/

export const EmailAddress = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .refine(fits)
  .brand<'EmailAddress'>()
export type EmailAddress = z.infer<typeof EmailAddress>

function fits(text: string): boolean {
  const at = text.lastIndexOf('@')
  return at > 0 && at <= 64 && LOCAL.test(text.slice(0, at)) && DOMAIN.test(text.slice(at + 1))
}

/** The same for lists of thousands, where nobody is told what is wrong. */
export function emailAddressOf(text: string): EmailAddress | null {
  const plain = text.trim().toLowerCase()
  return fits(plain) ? (plain as EmailAddress) : null
}

const LOCAL_PART = /^[a-z0-9]+([.-][a-z0-9]+)*$/
/** The part before `@` of an official address: a–z, 0–9 and single inner dots or hyphens, 2 to 64 characters. */
export const LocalPart = z.string().min(2).max(64).regex(LOCAL_PART).brand<'LocalPart'>()
export type LocalPart = z.infer<typeof LocalPart>

/** The same for lists of thousands. */
export const isLocalPart = (text: string): text is LocalPart =>
  text.length >= 2 && text.length <= 64 && LOCAL_PART.test(text)

export const addressOf = (local: LocalPart, domain: string): EmailAddress => EmailAddress.parse(`${local}@${domain}`)
export const localPartOf = (address: string): string => address.slice(0, address.lastIndexOf('@'))
