import { z } from 'zod'
import { Day } from '../kernel/day.ts'
import { UnitId } from '../kernel/ids.ts'
import { line, lines } from '../kernel/text.ts'

/** Says in both languages what a field means; the document takes it from here. */
export const said = <S extends z.ZodType>(schema: S, vi: string, en: string): S => schema.meta({ vi, en })

/** An instant: RFC 3339 in UTC on the wire. */
export const instant = () =>
  z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (at) => at.toISOString() })

/** A calendar day in Vietnam. */
export const day = () => Day
export const count = () => z.int().min(0)

/** A line of text that somebody sends: tidied, without invisible characters. */
export const text = (max: number) =>
  z
    .string()
    .meta({ minLength: 1, maxLength: max })
    .transform((typed): unknown => typed)
    .pipe(line(max))
/** Several lines that somebody sends. */
export const paragraph = (min: number, max: number) =>
  z
    .string()
    .meta({ minLength: min, maxLength: max })
    .transform((typed): unknown => typed)
    .pipe(lines(min, max))

/** A whole number in an address. */
export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .meta({ type: 'integer', minimum: min, maximum: max })
    .transform(Number)
    .pipe(z.int().min(min).max(max))

/** What is searched for in a list. */
export const search = () =>
  said(text(200).optional(), 'Từ cần tìm, không phân biệt dấu.', 'Words to look for, whatever their accents.')

/** Several things that are answered, in their order. */
export const list = <S extends z.ZodType>(of: S) => z.array(of).readonly()

export const unitOf = () =>
  z.object({
    id: said(UnitId, 'Định danh của đơn vị.', 'The unit’s identifier.'),
    name: said(z.string(), 'Tên hiện nay.', 'Its present name.'),
  })
