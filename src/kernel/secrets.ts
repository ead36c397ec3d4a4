import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  randomInt,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'

/** Letters and digits without look-alikes (no 0 O 1 I L), for codes that people read and type. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'

export type Secrets = ReturnType<typeof secretsFrom>

/**
 * All that is done with the one secret key of the installation. Each use has a key of its own, derived by HKDF-SHA256
 * (RFC 5869), so that no two uses can be played against each other.
 */
export function secretsFrom(key: Buffer) {
  // Made once: a key object from bytes costs many times what a seal or a hash does.
  const derive = (use: string): KeyObject =>
    createSecretKey(Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `congvu ${use}`, 32)))
  const sealKey = derive('seal')
  const keyed = (use: string) => {
    const secret = derive(use)
    return (text: string): string => createHmac('sha256', secret).update(text).digest('base64url')
  }

  /** The initialisation vector, the tag, and the encrypted bytes. */
  function sealBytes(bytes: Uint8Array, context: string): Buffer {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', sealKey, iv).setAAD(Buffer.from(context))
    const body = [cipher.update(bytes), cipher.final()]
    return Buffer.concat([iv, cipher.getAuthTag(), ...body])
  }
  function openBytes(bytes: Uint8Array, context: string): Buffer {
    const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, 12))
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()])
  }

  return {
    /** AES-256-GCM; `context` (table and column, say) must be the same when opening. */
    seal: (text: string, context: string): string =>
      `v1.${sealBytes(Buffer.from(text, 'utf8'), context).toString('base64url')}`,
    /** Throws when the text was changed, sealed in another context or with another key. */
    open(sealed: string, context: string): string {
      const [version, data] = sealed.split('.')
      if (version !== 'v1' || data === undefined) throw new Error('Sealed text of an unknown kind')
      return openBytes(Buffer.from(data, 'base64url'), context).toString('utf8')
    },
    /** The same for much, which stays bytes. */
    sealBytes,
    openBytes,
    /** Keyed hash by which an identification number is found without being readable. */
    numberHash: keyed('identification number'),
    /** Keyed hash under which a one-time secret is kept. */
    tokenHash: keyed('token'),
    /** Keyed hash of names in rate-limit counters, so that they hold no addresses. */
    limitHash: keyed('rate limit'),
    auditMac: keyed('audit'),
    /** Keyed hash in the return address of a letter. */
    returnMac: keyed('letter return'),
    sessionSecret: keyed('session')('cookie'),
  }
}

/** A one-time secret for a link: 256 random bits. */
export const newLinkSecret = (): string => randomBytes(32).toString('base64url')

/** `n` random characters that can be read aloud and typed; 12 are 59 bits. */
export const newCode = (n: number): string =>
  Array.from({ length: n }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')

/** Six random digits. */
export const newDigits = (): string => String(randomInt(1_000_000)).padStart(6, '0')

/** What people type of a code, as it was given out: upper case, without spaces and hyphens. */
export const tidyCode = (text: string): string => text.toUpperCase().replace(/[^0-9A-Z]/g, '')

export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
