import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { contentKindOf } from '../../src/kernel/content-kind.ts'

const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])

describe('what a file is, by its first bytes', () => {
  test.each([
    ['nothing at all', Buffer.alloc(0), 'empty'],
    ['a PDF', Buffer.from('%PDF-1.7\n%âãÏÓ', 'latin1'), 'pdf'],
    ['a new Excel file', Buffer.from('PK\x03\x04\x14\x00\x06\x00', 'latin1'), 'zip'],
    ['a ZIP file with nothing in it', Buffer.from(`PK\x05\x06${'\0'.repeat(18)}`, 'latin1'), 'zip'],
    ['an old Excel file, or one with a password', Buffer.from('d0cf11e0a1b11ae10000', 'hex'), 'ole'],
    ['a picture', Buffer.from('89504e470d0a1a0a', 'hex'), 'png'],
    ['a photograph', Buffer.from('ffd8ffe000104a46', 'hex'), 'jpeg'],
    ['a web page that calls itself .xls', Buffer.from('\ufeff  <HTML><table><tr><td>Họ và tên'), 'html'],
    ['a table alone', Buffer.from('<table border="1">'), 'html'],
    ['a web page in UTF-16', utf16('<!DOCTYPE html>'), 'html'],
    ['a CSV file', Buffer.from('STT;Họ và tên\r\n1;Nguyễn Văn An'), 'text'],
    ['a CSV file as Excel writes Unicode', utf16('STT\tHọ và tên'), 'text'],
    ['a CSV file in TCVN3', Buffer.from('NguyÔn V¨n C­êng', 'latin1'), 'text'],
    ['a programme', Buffer.from('7f454c4602010100', 'hex'), 'binary'],
    ['a PDF that begins late', Buffer.from('\0%PDF-1.7', 'latin1'), 'binary'],
  ] as const)('%s', (_, head, kind) => expect(contentKindOf(head)).toBe(kind))

  test('is told of any bytes, without a fault', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof contentKindOf(bytes) === 'string'))
  })
})
