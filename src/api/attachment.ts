import { createHash } from 'node:crypto'
import { z } from 'zod'

/** An answer that is a file: handed out as a download, as it came. */
export class Attachment {
  readonly type: 'application/pdf'
  readonly name: string
  readonly content: Buffer
  constructor(file: { readonly fileName: string; readonly content: Buffer }) {
    this.type = 'application/pdf'
    this.name = file.fileName
    this.content = file.content
  }

  /** A strong validator (RFC 9110 8.8) of its bytes. */
  get etag(): string {
    return `"${createHash('sha256').update(this.content).digest('base64url').slice(0, 27)}"`
  }
}
export const PdfAnswer = z.instanceof(Attachment)
