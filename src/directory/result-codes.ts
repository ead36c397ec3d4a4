import type { Fault } from '../kernel/fault.ts'

/** Names of result codes: RFC 4511, 4.1.9 and appendix A; RFC 5805; the no-operation and assertion controls. */
const NAMES: Readonly<Record<number, string>> = {
  1: 'operationsError',
  2: 'protocolError',
  3: 'timeLimitExceeded',
  4: 'sizeLimitExceeded',
  7: 'authMethodNotSupported',
  8: 'strongerAuthRequired',
  10: 'referral',
  11: 'adminLimitExceeded',
  12: 'unavailableCriticalExtension',
  13: 'confidentialityRequired',
  16: 'noSuchAttribute',
  17: 'undefinedAttributeType',
  18: 'inappropriateMatching',
  19: 'constraintViolation',
  20: 'attributeOrValueExists',
  21: 'invalidAttributeSyntax',
  32: 'noSuchObject',
  34: 'invalidDNSyntax',
  48: 'inappropriateAuthentication',
  49: 'invalidCredentials',
  50: 'insufficientAccessRights',
  51: 'busy',
  52: 'unavailable',
  53: 'unwillingToPerform',
  64: 'namingViolation',
  65: 'objectClassViolation',
  66: 'notAllowedOnNonLeaf',
  67: 'notAllowedOnRDN',
  68: 'entryAlreadyExists',
  69: 'objectClassModsProhibited',
  80: 'other',
  118: 'canceled',
  122: 'assertionFailed',
  0x4120: 'transactionSpecifyOkay',
  0x4121: 'transactionIdInvalid',
}

export const CODES = {
  sizeLimitExceeded: 4,
  noSuchAttribute: 16,
  noSuchObject: 32,
  invalidCredentials: 49,
  insufficientAccessRights: 50,
  entryAlreadyExists: 68,
} as const

// The server did nothing and may well do it later.
const LATER = new Set([3, 51, 52])

/** What a server's answer other than success means, with its code and name. */
export function faultOf(code: number, message: string): Fault {
  const name = NAMES[code] ?? 'unknown result code'
  const said = message === '' || message.toLowerCase().replace(/\W/g, '') === name.toLowerCase() ? '' : `: ${message}`
  return { kind: LATER.has(code) ? 'unreachable' : 'refused', detail: `LDAP result ${code} (${name})${said}` }
}
