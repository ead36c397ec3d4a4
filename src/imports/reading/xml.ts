import { StringDecoder } from 'node:string_decoder'
import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { blamed } from './archive.ts'
import { refused } from './refusal.ts'

/** An element's name without its prefix: some programs write `<x:row>` for `<row>`. */
export const localName = (name: string): string => {
  if (name.length === 1) return name
  const colon = name.indexOf(':')
  return colon < 0 ? name : name.slice(colon + 1)
}

/** A parser for the parts of a workbook. A document type is refused, so that no entity but XML's own five can occur. */
export function xmlParser(): SaxesParser {
  const parser = new SaxesParser({ position: false })
  parser.on('doctype', () => {
    throw refused({ kind: 'document-type' })
  })
  parser.on('error', (error) => {
    throw error
  })
  return parser
}

/** Looks at every opening tag of a small part. */
export function eachTag(xml: string, part: string, look: (name: string, tag: SaxesTagPlain) => void): void {
  const parser = xmlParser()
  parser.on('opentag', (tag) => look(localName(tag.name), tag))
  try {
    parser.write(xml).close()
  } catch (error) {
    throw blamed(error, part)
  }
}

/** Feeds a large part to the parser as it is unpacked. */
export async function feed(parser: SaxesParser, bytes: AsyncIterable<Buffer>, part: string): Promise<void> {
  const decoder = new StringDecoder('utf8')
  try {
    for await (const piece of bytes) parser.write(decoder.write(piece))
    parser.close()
  } catch (error) {
    throw blamed(error, part)
  }
}
