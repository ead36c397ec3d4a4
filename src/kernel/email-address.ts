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
  .refine((text) => {
    const at = text.lastIndexOf('@')
    return at > 0 && at <= 64 && LOCAL.test(text.slice(0, at)) && DOMAIN.test(text.slice(at + 1))
  })
  .brand<'EmailAddress'>()
export type EmailAddress = z.infer<typeof EmailAddress>

/** The part before `@` of an official address: a–z, 0–9 and single inner dots or hyphens, 2 to 64 characters. */
export const LocalPart = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[a-z0-9]+([.-][a-z0-9]+)*$/)
  .brand<'LocalPart'>()
export type LocalPart = z.infer<typeof LocalPart>

export const addressOf = (local: LocalPart, domain: string): EmailAddress => EmailAddress.parse(`${local}@${domain}`)
export const localPartOf = (address: string): string => address.slice(0, address.lastIndexOf('@'))
