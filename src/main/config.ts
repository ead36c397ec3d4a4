import { readFileSync } from 'node:fs'
import { z } from 'zod'

const text = z.string().trim().min(1)
const milliseconds = z.coerce.number().int().min(100).max(600_000)
const port = z.coerce.number().int().min(0).max(65_535)
const file = text.transform((path, context) => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    context.addIssue({ code: 'custom', message: `cannot be read: ${(error as Error).message}` })
    return z.NEVER
  }
})
const secretKey = z.string().transform((value, context) => {
  const key = Buffer.from(value, 'base64')
  if (key.length === 32) return key
  context.addIssue({ code: 'custom', message: 'must be 32 bytes in base64 (openssl rand -base64 32)' })
  return z.NEVER
})
// StartTLS is not offered: passport-ldapauth sends the password before the connection is secured.
// What is no URL at all is named by the check before; it must not throw here.
const isProtected = (url: string): boolean =>
  !URL.canParse(url) || url.startsWith('ldaps:') || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)
const proxies = z
  .union([z.literal('off').transform(() => false), z.coerce.number().int().min(1).max(5), text])
  .describe('off, a number of proxies, or their addresses')

/** Every setting of Congvu, as `.env.example` explains them. The keys are the names of environment variables. */
const Settings = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  CONGVU_SECRET_KEY: secretKey,
  CONGVU_PUBLIC_URL: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/$/, '')),
  CONGVU_HOST: text.default('127.0.0.1'),
  CONGVU_PORT: port.default(3000),
  TRUST_PROXY: proxies.default(false),
  CONGVU_DOMAIN: z
    .string()
    .regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'must be a domain name in lower case')
    .default('quangninh.gov.vn'),
  CONGVU_ORGANISATION: text.default('Ủy ban nhân dân tỉnh Quảng Ninh'),
  CONGVU_OPERATOR: text.default('Trung tâm Chuyển đổi số tỉnh Quảng Ninh'),
  CONGVU_SUPPORT_PHONE: text.default('0203 3 123 456'),
  CONGVU_SUPPORT_EMAIL: text.default('hotro@quangninh.gov.vn'),
  CONGVU_CODE_PREFIX: z
    .string()
    .regex(/^[A-Z]{2,4}$/)
    .default('QN'),
  CONGVU_QUOTA_MB: z.coerce.number().int().min(1).max(1_048_576).default(2048),
  SESSION_IDLE_MINUTES: z.coerce.number().int().min(1).max(1440).default(60),
  SESSION_IDLE_MINUTES_STAFF: z.coerce.number().int().min(1).max(1440).default(20),
  LDAP_URL: z.url({ protocol: /^ldaps?$/ }).refine(isProtected, 'must be ldaps:// (ldap:// only on this machine)'),
  LDAP_CA_FILE: file.optional(),
  LDAP_BIND_DN: text,
  LDAP_BIND_PASSWORD: text,
  LDAP_BASE_DN: text,
  LDAP_TIMEOUT_MS: milliseconds.default(5_000),
  LDAP_CONNECTIONS: z.coerce.number().int().min(1).max(32).default(4),
  MAIL_DRIVER: z.enum(['dovecot', 'embedded']).default('dovecot'),
  DOVEADM_URL: z.url({ protocol: /^https?$/ }).optional(),
  DOVEADM_API_KEY: text.optional(),
  DOVEADM_CA_FILE: file.optional(),
  DOVEADM_TIMEOUT_MS: milliseconds.default(10_000),
  DOVEADM_MAIL_HOME: text.default('/var/vmail'),
  DOVEADM_ARCHIVE_HOME: text.optional(),
  EMBEDDED_MAIL_FOLDER: text.optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }),
  SMTP_CA_FILE: file.optional(),
  MAIL_FROM: text.default('khong-tra-loi@quangninh.gov.vn'),
  POSTING_LISTEN: text
    .regex(/^[a-z0-9.-]+:\d{1,5}$/i, 'must be host:port')
    .transform((value) => {
      const [host = '', number = ''] = value.split(':')
      return { host, port: Number(number) }
    })
    .optional(),
  BOUNCE_ADDRESS: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9.-]{0,17}@([a-z0-9-]+\.)+[a-z]{2,}$/,
      'must be an address in lower case, at most 18 before the @',
    )
    .optional(),
  BOUNCE_HOST: text.default('127.0.0.1'),
  BOUNCE_PORT: port.default(2526),
  IMPORT_MAX_MB: z.coerce.number().int().min(1).max(200).default(20),
  IMPORT_MAX_UNPACKED_MB: z.coerce.number().int().min(1).max(4_000).default(600),
  IMPORT_MAX_RATIO: z.coerce.number().int().min(10).max(1_000).default(250),
  IMPORT_MAX_PARTS: z.coerce.number().int().min(10).max(100_000).default(1_000),
  IMPORT_MAX_ROWS: z.coerce.number().int().min(1).max(1_000_000).default(100_000),
  IMPORT_MAX_COLUMNS: z.coerce.number().int().min(1).max(16_384).default(500),
  IMPORT_MAX_CELLS: z.coerce.number().int().min(1).max(100_000_000).default(4_000_000),
  AUDIT_ANCHOR_TO: z.email().optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

const OURS = /^(CONGVU|LDAP|DOVEADM|EMBEDDED|SMTP|SESSION|POSTING|BOUNCE|IMPORT)_/
// OpenLDAP's own client library reads these; they are not ours to forbid.
const FOREIGN = new Set(['LDAP_NOINIT', 'LDAPCONF', 'LDAPRC', 'LDAPTLS_REQCERT', 'LDAPTLS_CACERT'])

export type Environment = Readonly<Record<string, string | undefined>>
export type Config = ReturnType<typeof parseConfig>

/** The settings are wrong; `faults` names every one of them, not only the first. */
export class ConfigFault extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(`Wrong settings:\n${faults.map((fault) => `  - ${fault}`).join('\n')}\nSee .env.example for what each means.`)
    this.name = 'ConfigFault'
    this.faults = faults
  }
}

/** Parses the environment once, before anything starts. Throws ConfigFault, which names every fault at once. */
export function parseConfig(env: Environment) {
  const known = new Set(Object.keys(Settings.shape))
  const misspelled = Object.keys(env)
    .filter((name) => OURS.test(name) && !known.has(name) && !FOREIGN.has(name))
    .map((name) => `${name} is not a setting of Congvu`)
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = Settings.safeParse(present)
  const faults = [
    ...(parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? []),
    ...misspelled,
  ]
  const raw = parsed.data
  if (raw?.MAIL_DRIVER === 'dovecot') {
    if (!raw.DOVEADM_URL) faults.push('DOVEADM_URL: needed with MAIL_DRIVER=dovecot')
    if (!raw.DOVEADM_API_KEY) faults.push('DOVEADM_API_KEY: needed with MAIL_DRIVER=dovecot')
  }
  if (raw?.MAIL_DRIVER === 'embedded' && !raw.EMBEDDED_MAIL_FOLDER)
    faults.push('EMBEDDED_MAIL_FOLDER: needed with MAIL_DRIVER=embedded')
  if (raw === undefined || faults.length > 0) throw new ConfigFault(faults)

  return {
    databaseUrl: raw.DATABASE_URL,
    secretKey: raw.CONGVU_SECRET_KEY,
    logLevel: raw.LOG_LEVEL,
    auditAnchorTo: raw.AUDIT_ANCHOR_TO ?? null,
    quotaMb: raw.CONGVU_QUOTA_MB,
    web: {
      publicUrl: raw.CONGVU_PUBLIC_URL,
      host: raw.CONGVU_HOST,
      port: raw.CONGVU_PORT,
      trustProxy: raw.TRUST_PROXY,
      idleMinutes: { person: raw.SESSION_IDLE_MINUTES, staff: raw.SESSION_IDLE_MINUTES_STAFF },
    },
    organisation: {
      name: raw.CONGVU_ORGANISATION,
      operator: raw.CONGVU_OPERATOR,
      phone: raw.CONGVU_SUPPORT_PHONE,
      email: raw.CONGVU_SUPPORT_EMAIL,
      domain: raw.CONGVU_DOMAIN,
      codePrefix: raw.CONGVU_CODE_PREFIX,
    },
    ldap: {
      url: raw.LDAP_URL,
      ca: raw.LDAP_CA_FILE ?? null,
      bindDn: raw.LDAP_BIND_DN,
      bindPassword: raw.LDAP_BIND_PASSWORD,
      baseDn: raw.LDAP_BASE_DN,
      timeoutMs: raw.LDAP_TIMEOUT_MS,
      connections: raw.LDAP_CONNECTIONS,
    },
    mail:
      raw.MAIL_DRIVER === 'embedded'
        ? { driver: 'embedded' as const, folder: raw.EMBEDDED_MAIL_FOLDER ?? '' }
        : {
            driver: 'dovecot' as const,
            url: raw.DOVEADM_URL ?? '',
            apiKey: raw.DOVEADM_API_KEY ?? '',
            ca: raw.DOVEADM_CA_FILE ?? null,
            timeoutMs: raw.DOVEADM_TIMEOUT_MS,
            mailHome: raw.DOVEADM_MAIL_HOME,
            archiveHome: raw.DOVEADM_ARCHIVE_HOME ?? `${raw.DOVEADM_MAIL_HOME.replace(/\/+$/, '')}-archive`,
          },
    posting: raw.POSTING_LISTEN ?? null,
    /** Where letters that cannot be delivered come back, and where the worker takes them in; null where they are not read. */
    returns:
      raw.BOUNCE_ADDRESS === undefined
        ? null
        : { address: raw.BOUNCE_ADDRESS, host: raw.BOUNCE_HOST, port: raw.BOUNCE_PORT },
    /** How much of a personnel file is read before it is refused. */
    imports: {
      fileBytes: raw.IMPORT_MAX_MB * 1_000_000,
      unpackedBytes: raw.IMPORT_MAX_UNPACKED_MB * 1_000_000,
      ratio: raw.IMPORT_MAX_RATIO,
      parts: raw.IMPORT_MAX_PARTS,
      rows: raw.IMPORT_MAX_ROWS,
      columns: raw.IMPORT_MAX_COLUMNS,
      cells: raw.IMPORT_MAX_CELLS,
    },
    smtp: { url: raw.SMTP_URL, ca: raw.SMTP_CA_FILE ?? null, from: raw.MAIL_FROM },
  }
}

/** The one reader of the process's environment. */
export const readConfig = (): Config => parseConfig(process.env)

/** Every setting's name; `.env.example` explains each. */
export const settingNames = (): string[] => Object.keys(Settings.shape)
