import { z } from 'zod'
import { line, lines } from '../kernel/text.ts'
import type { Template } from './letter.ts'

/** A letter's words, with placeholders such as `{ho_ten}`. Plain text, wrapped by the reader's program. */
export type LetterText = { readonly subject: string; readonly text: string }

/** What every letter may say: who writes, and whom to ask. */
export const ALWAYS = ['co_quan', 'dien_thoai', 'email_ho_tro'] as const

/** What a letter may say besides, and of that what it must say to be of any use. */
export const FACTS = {
  confirm: { needed: ['ma_xac_nhan'], other: ['han'] },
  received: { needed: ['lien_ket'], other: ['ma', 'ho_ten', 'don_vi', 'luc_gui', 'han_tra_loi'] },
  asked: { needed: ['lien_ket'], other: ['ma', 'ho_ten', 'don_vi', 'loai', 'ten', 'luc_gui', 'han_tra_loi'] },
  returned: { needed: ['noi_dung', 'lien_ket'], other: ['ma', 'ho_ten', 'don_vi', 'han'] },
  approved: { needed: ['dia_chi', 'lien_ket'], other: ['ma', 'ho_ten', 'don_vi', 'ngay_duyet', 'han'] },
  'approved-slip': { needed: ['dia_chi'], other: ['ma', 'ho_ten', 'don_vi', 'ngay_duyet'] },
  link: { needed: ['lien_ket'], other: ['ho_ten', 'dia_chi', 'han'] },
  reset: { needed: ['lien_ket'], other: ['ho_ten', 'dia_chi', 'han'] },
  'reset-slip': { needed: ['dia_chi', 'nguoi_in'], other: ['ho_ten', 'luc'] },
  'password-changed': { needed: ['dia_chi'], other: ['ho_ten', 'luc'] },
  rejected: { needed: ['ly_do'], other: ['ma', 'ho_ten', 'don_vi'] },
  carried: { needed: ['loai', 'ten'], other: ['ma', 'ho_ten', 'don_vi', 'lien_ket'] },
  ready: { needed: ['dia_chi', 'lien_ket'], other: ['ho_ten', 'luc_kich_hoat'] },
  transferred: {
    needed: ['dia_chi', 'don_vi_moi', 'lien_ket'],
    other: ['ho_ten', 'ngay_hieu_luc', 'don_vi_cu', 'chuc_vu'],
  },
  leaving: { needed: ['dia_chi', 'ngay_ngung', 'luu_den'], other: ['ho_ten', 'can_cu', 'ngay_xoa'] },
  merged: { needed: ['dia_chi', 'dia_chi_cu', 'luu_den'], other: ['ho_ten'] },
  idle: { needed: ['dia_chi', 'ngay_khoa'], other: ['ho_ten', 'ngay_dung_cuoi'] },
  review: { needed: ['lien_ket', 'han'], other: ['ho_ten', 'so_nguoi', 'so_con_lai', 'nhac'] },
  reorganised: {
    needed: ['dia_chi', 'don_vi_cu', 'don_vi_moi'],
    other: ['ho_ten', 'ngay_hieu_luc', 've_dia_chi'],
  },
  already: { needed: ['dia_chi'], other: ['ho_ten', 'luc_de_nghi'] },
  waiting: { needed: ['danh_sach', 'lien_ket'], other: ['ho_ten', 'so_de_nghi', 'so_qua_han', 'chuyen_len'] },
  deputy: { needed: ['nguoi_duoc_thay', 'den_ngay', 'lien_ket'], other: ['ho_ten', 'tu_ngay'] },
  reconciled: { needed: ['ket_qua', 'lien_ket'], other: ['ho_ten', 'so_lan', 'ket_luan', 'luc'] },
  anchor: { needed: ['so_muc', 'ma_kiem_chung'], other: ['luc'] },
} as const satisfies Record<Template, { needed: readonly string[]; other: readonly string[] }>

export const TEMPLATES = Object.keys(FACTS) as Template[]

type Facts = typeof FACTS
/** The names that a letter's text may use. */
export type FactOf<T extends Template> =
  Facts[T]['needed'][number] | Facts[T]['other'][number] | (typeof ALWAYS)[number]
export type Fact = { [T in Template]: FactOf<T> }[Template]
/** What the names stand for in one letter. */
export type Values<T extends Template = Template> = Readonly<Record<FactOf<T>, string>>

/** What would be unreadable, or open to whoever sees a list of subjects. */
const NOT_IN_SUBJECT: readonly string[] = ['lien_ket', 'danh_sach', 'noi_dung', 'ly_do']

export const factsOf = (template: Template): { name: Fact; needed: boolean }[] => {
  const { needed, other } = FACTS[template]
  return [
    ...needed.map((name) => ({ name, needed: true })),
    ...[...other, ...ALWAYS].map((name) => ({ name, needed: false })),
  ]
}

/** What is wrong with a text, and where: line and column count from 1. */
export type TextFault =
  | { readonly kind: 'unknown' | 'misplaced'; readonly name: string; readonly line: number; readonly column: number }
  | { readonly kind: 'brace'; readonly line: number; readonly column: number }
  | { readonly kind: 'missing'; readonly name: string }

const PIECE = /\{([^{}\n]*)\}|[{}]/g

/** Every fault of one of a letter's two texts, in their order. */
export function textFaults(template: Template, part: keyof LetterText, text: string): TextFault[] {
  const known = factsOf(template)
  const used = new Set<string>()
  const faults: TextFault[] = []
  for (const match of text.matchAll(PIECE)) {
    const before = text.slice(0, match.index).split('\n')
    const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
    const [, name] = match
    if (name === undefined) faults.push({ kind: 'brace', ...place })
    else if (!known.some((fact) => fact.name === name)) faults.push({ kind: 'unknown', name, ...place })
    else if (part === 'subject' && NOT_IN_SUBJECT.includes(name)) faults.push({ kind: 'misplaced', name, ...place })
    else used.add(name)
  }
  const missing = part === 'text' ? known.filter(({ name, needed }) => needed && !used.has(name)) : []
  return [...faults, ...missing.map(({ name }): TextFault => ({ kind: 'missing', name }))]
}

/** Checks a letter's text against what the letter offers; the issues of a bad one carry a TextFault as `params`. */
export const letterText = (template: Template) => {
  const checked = (part: keyof LetterText, schema: ReturnType<typeof line>) =>
    schema.pipe(
      z.string().superRefine((text, context) => {
        for (const fault of textFaults(template, part, text))
          context.addIssue({ code: 'custom', message: fault.kind, params: fault })
      }),
    )
  return z.object({ subject: checked('subject', line(150)), text: checked('text', lines(20, 10_000)) })
}

/** The letter as it goes out. Values are put in once: what looks like a placeholder in one stays as it is. */
export function fillIn(of: LetterText, values: Readonly<Record<string, string>>): LetterText {
  const put = (text: string, shown: (value: string) => string) =>
    text.replace(PIECE, (_, name: string | undefined) => shown(values[name ?? ''] ?? ''))
  return {
    // A header is one line, whatever somebody wrote into a comment or a name.
    subject: put(of.subject, (value) => value.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' '))
      .trim()
      .slice(0, 200),
    text: `${put(of.text, (value) => value.replace(/\r\n?/g, '\n').replace(/(?!\n)\p{Cc}/gu, ' ')).trimEnd()}\n`,
  }
}
