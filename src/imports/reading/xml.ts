import { StringDecoder } from 'node:string_decoder'
import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { blamed } from './archive.ts'
import { refused } from './refusal.ts'

export type XmlHandlers = {
  /** Names come without their prefix: some programs write `<x:row>` for `<row>`. */
  readonly open: (name: string, attributes: SaxesTagPlain['attributes']) => void
  readonly close?: (name: string) => void
  readonly text?: (text: string) => void
}

export type XmlParser = { write(piece: string): void; close(): void }

/** The most characters of one text, tag or comment: the parser keeps it until its end. Excel's cells take 32,767. */
const MOST = 1_000_000

const localName = (name: string): string => {
  if (name.length === 1) return name
  const colon = name.indexOf(':')
  return colon < 0 ? name : name.slice(colon + 1)
}

/**
 * A parser for the parts of a workbook. A document type is refused, so that no entity but XML's own five can occur, and so is
 * a text without an end. Throws `FileRefused` or the parser's errors.
 */
export function xmlParser({ open, close, text }: XmlHandlers): XmlParser {
  const parser = new SaxesParser({ position: false, xmlns: false })
  let since = 0
  parser.on('doctype', () => {
    throw refused({ kind: 'document-type' })
  })
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    since = 0
    open(localName(name), attributes)
  })
  parser.on('closetag', ({ name }) => {
    since = 0
    close?.(localName(name))
  })
  if (text !== undefined) {
    parser.on('text', text)
    parser.on('cdata', text)
  }
  return {
    write(piece: string): void {
      since += piece.length
      parser.write(piece)
      if (since > MOST) throw new Error('A text without an end')
    },
    close: (): void => {
      parser.close()
    },
  }
}

/** Looks at every opening tag of a small part. */
export function eachTag(xml: string, part: string, open: XmlHandlers['open']): void {
  const parser = xmlParser({ open })
  try {
    parser.write(xml)
    parser.close()
  } catch (error) {
    throw blamed(error, part)
  }
}

/** Feeds a large part to a parser as it is unpacked. */
export async function feed(parser: XmlParser, bytes: AsyncIterable<Buffer>, part: string): Promise<void> {
  const decoder = new StringDecoder('utf8')
  try {
    for await (const piece of bytes) parser.write(decoder.write(piece))
    parser.close()
  } catch (error) {
    throw blamed(error, part)
  }
}

/** Joins the texts of an element that may have several; one that no cell could hold is the file's fault. */
export function joinText(before: string, more: string): string {
  if (before.length + more.length > MOST) throw new Error('A text without an end')
  return before + more
}
