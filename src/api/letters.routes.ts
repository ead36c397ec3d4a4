import { z } from 'zod'
import { accept, refuse } from '../kernel/decision.ts'
import { BOUNCES } from '../letters/bounce.ts'
import type { Language } from '../letters/letter.ts'
import { UNDELIVERED_TABS } from '../letters/letters.ts'
import { factsOf, letterText, TEMPLATES, type LetterText } from '../letters/template.ts'
import { LANGUAGES } from '../letters/texts.ts'
import type { Services } from '../main/compose.ts'
import { endpoint } from './endpoint.ts'
import { count, instant, list, paragraph, said } from './fields.ts'
import { listing } from './listing.ts'
import type { Said, ValueFault } from './problem.ts'
import { found, resource, type ApiRoute } from './route.ts'

const Kind = said(z.enum(TEMPLATES), 'Loại thư.', 'Which letter.')
const Tongue = said(z.enum(LANGUAGES), 'Ngôn ngữ.', 'The language.')
const Words = z.object({ subject: z.string(), text: z.string() })
const State = {
  version: said(count(), 'Lần sửa; 0 là của sản phẩm.', 'The version; 0 is the product’s own.'),
  original: said(z.boolean(), 'Đang dùng lời của sản phẩm.', 'It is the product’s text.'),
  unusable: said(
    z.boolean(),
    'Lời đã lưu không còn hợp, nên dùng lời của sản phẩm.',
    'The stored text no longer fits, so the product’s is used.',
  ),
}
const Whole = z
  .object({
    ...{ letter: Kind, language: Tongue, ...State, text: Words },
    facts: said(
      list(z.object({ name: z.string(), needed: z.boolean() })),
      'Phần điền vào, viết {ten}; needed là bắt buộc.',
      'What may be put in, written {name}; needed ones must be.',
    ),
  })
  .meta({ id: 'LetterText' })
const ByText = z.strictObject({ letter: z.enum(TEMPLATES), language: z.enum(LANGUAGES) })
const MessageId = z.string().regex(/^<[0-9a-f-]{36}@[a-z0-9.-]{4,253}>$/)
const Undelivered = z
  .object({
    id: said(z.string(), 'Message-ID.', 'Its Message-ID.'),
    recipient: z.string(),
    letter: z.string(),
    about: said(z.string().nullable(), 'Về gì, ví dụ request:….', 'What it is about, such as request:….'),
    attempts: count(),
    detail: said(z.string().nullable(), 'Máy chủ trả lời gì.', 'What a server said.'),
    createdAt: instant(),
    nextAt: instant(),
    bounce: said(z.enum(BOUNCES).nullable(), 'Thư bị trả lại: hẳn, tạm thời, hay chưa rõ.', 'How final its return is.'),
    status: said(z.string().nullable(), 'Mã theo RFC 3463.', 'The status of RFC 3463.'),
    bouncedAt: instant().nullable(),
    whole: said(z.boolean(), 'Còn nội dung để gửi lại.', 'Whether it can be sent again.'),
  })
  .meta({ id: 'UndeliveredLetter' })

/** The words of letters, which IT staff write, and the letters that did not arrive. */
export function letterRoutes({ letterTexts, letters }: Services): ApiRoute[] {
  const text = resource(Whole, async (desk, { letter, language }: z.output<typeof ByText>) => {
    desk.permit('letter.read')
    return { letter, language, ...(await letterTexts.present(letter, language)), facts: factsOf(letter) }
  })

  return [
    endpoint({
      ...{ id: 'listLetterTexts', method: 'get', path: '/letter-texts', tag: 'letters', action: 'letter.read' },
      summary: { vi: 'Mọi mẫu thư, theo ngôn ngữ', en: 'Every letter’s text, by language' },
      answer: z.object({
        items: list(
          z
            .object({
              ...{ letter: Kind, language: Tongue, ...State },
              ...{ from: instant().nullable(), byName: z.string().nullable() },
            })
            .meta({ id: 'LetterTextLine' }),
        ),
      }),
      handle: async ({ permit }) => {
        const all = await letterTexts.list(permit, TEMPLATES)
        return accept({ items: all.map(({ template, ...line }) => ({ letter: template, ...line })) })
      },
    }),
    endpoint({
      ...{ id: 'getLetterText', method: 'get', path: '/letter-texts/:letter/:language', tag: 'letters' },
      action: 'letter.read',
      summary: { vi: 'Mẫu của một loại thư', en: 'The text of one letter' },
      params: ByText,
      answer: Whole,
      handle: async ({ desk, params }) => found(await text.read(desk, params)),
    }),
    endpoint({
      ...{ id: 'listLetterTextVersions', method: 'get', path: '/letter-texts/:letter/:language/versions' },
      ...{ tag: 'letters', action: 'letter.read' },
      summary: { vi: 'Các lần sửa một mẫu thư', en: 'Every version of a letter’s text' },
      params: ByText,
      answer: z.object({
        items: list(
          z
            .object({
              ...{ ...State, text: Words, from: instant(), to: instant().nullable() },
              ...{ byName: z.string(), why: z.string() },
            })
            .meta({ id: 'LetterTextVersion' }),
        ),
      }),
      handle: async ({ permit, params }) =>
        accept({ items: await letterTexts.history(permit, params.letter, params.language) }),
    }),
    endpoint({
      ...{ id: 'changeLetterText', method: 'put', path: '/letter-texts/:letter/:language', tag: 'letters' },
      action: 'letter.change',
      also: ['letter.read'],
      summary: {
        vi: 'Sửa mẫu thư, hoặc lấy lại lời của sản phẩm',
        en: 'Change a letter’s text, or take up the product’s',
      },
      params: ByText,
      of: text,
      body: z.strictObject({
        text: said(
          z.strictObject({ subject: z.string().max(1_000), text: z.string().max(20_000) }).nullable(),
          'Lời mới; null lấy lại lời của sản phẩm.',
          'The new text; null takes up the product’s.',
        ),
        why: said(paragraph(10, 500), 'Lý do sửa.', 'Why.'),
      }),
      example: { text: null, why: 'Trở lại lời ban đầu' },
      answer: Whole,
      problems: ['policy-changed-meanwhile', 'policy-unchanged'],
      handle: async ({ desk, permit, params, body, present }) => {
        const { letter, language } = params
        const checked = body.text === null ? null : letterText(letter).safeParse(body.text)
        if (checked?.success === false)
          return refuse({ kind: 'invalid', errors: checked.error.issues.map((issue) => faultOf(issue, desk.lang)) })
        const words: LetterText | null = checked?.data ?? null
        const asked = { seen: present.version, text: words, why: body.why }
        const changed = await letterTexts.change(permit, letter, language, asked)
        return changed.ok ? found(await text.read(desk, params)) : changed
      },
    }),

    listing({
      ...{ id: 'listUndelivered', path: '/undelivered-letters', tag: 'letters', action: 'letter.read' },
      summary: { vi: 'Thư không đến, mới nhất trước', en: 'Letters that did not arrive, the newest first' },
      query: z.object({
        tab: said(
          z.enum(UNDELIVERED_TABS).optional(),
          'failed không gửi được (mặc định), returned bị trả lại, waiting đang thử lại.',
          'Given up (unless said), returned, or tried again.',
        ),
      }),
      item: Undelivered,
      key: z.object({ at: z.string().max(40), id: z.string().max(300) }),
      handle: async ({ permit, query: { tab = 'failed' }, limit, after }) => {
        const page = await letters.undeliveredAfter(permit, { tab, limit, after })
        return accept({
          items: page.lines.map(({ template, ...line }) => ({ ...line, letter: template })),
          next: page.next,
        })
      },
    }),
    endpoint({
      ...{ id: 'retryLetter', method: 'post', path: '/undelivered-letters/:id/retry', tag: 'letters' },
      action: 'letter.retry',
      summary: { vi: 'Gửi lại một thư không gửi được', en: 'Send a letter that was given up once more' },
      params: z.strictObject({ id: MessageId }),
      problems: ['no-such-letter', 'letter-erased'],
      handle: ({ permit, params }) => letters.retry(permit, params.id),
    }),
    endpoint({
      ...{ id: 'retryAllLetters', method: 'post', path: '/letter-retries', tag: 'letters', action: 'letter.retry' },
      summary: { vi: 'Gửi lại mọi thư không gửi được', en: 'Send all that were given up once more' },
      answer: z.object({ letters: said(count(), 'Số thư.', 'How many.') }),
      handle: async ({ permit }) => accept({ letters: await letters.retryAll(permit) }),
    }),
  ]
}

const FAULTS: Readonly<Record<string, Said>> = {
  unknown: { vi: 'Thư này không có phần điền vào ấy.', en: 'The letter does not offer this placeholder.' },
  misplaced: { vi: 'Phần này không dùng được ở tiêu đề.', en: 'This placeholder may not stand in the subject.' },
  brace: { vi: 'Dấu ngoặc nhọn lẻ.', en: 'A brace without its partner.' },
  missing: { vi: 'Thiếu phần điền vào bắt buộc.', en: 'Lacks a placeholder that it needs.' },
}
/** What is wrong with a text, and with which placeholder. */
function faultOf(issue: z.core.$ZodIssue, lang: Language): ValueFault {
  const { name } = (issue as { params?: { name?: string } }).params ?? {}
  const words = FAULTS[issue.message] ?? { vi: 'Không đúng dạng.', en: 'Malformed.' }
  return {
    ...{ in: 'body', at: `#/text/${issue.path.join('/')}`, code: `placeholder-${issue.message}` },
    detail: name === undefined ? words[lang] : `${words[lang]} {${name}}`,
  }
}
