/** What a sender calls a file, plain enough to be shown: its last part, without controls, at most 200 characters. */
export const plainFileName = (sent: string): string =>
  (sent.split(/[\\/]/).at(-1) ?? '').normalize('NFC').replace(/\p{C}/gu, '').trim().slice(0, 200) || '?'

/** `Content-Disposition` of a download: what every reader understands, and the name as it is (RFC 6266, RFC 8187). */
export const attachmentOf = (plain: string, name: string): string =>
  `attachment; filename="${plain}"; filename*=UTF-8''${encoded(name)}`

const encoded = (name: string): string =>
  encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
