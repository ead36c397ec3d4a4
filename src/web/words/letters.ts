import type { Language, Letter, LetterParams, Template, Writer } from '../../letters/letter.ts'
import { fillIn, type FactOf, type LetterText } from '../../letters/template.ts'
import { count, day, dayInWords, instant } from '../views/formats.ts'
import { askingEn } from './asking.en.ts'
import { askingVi } from './asking.vi.ts'
import { DIGEST } from './letter-digest.ts'
import { reconciledWords } from './letter-reconciled.ts'
import type { LetterTexts, Sender } from './letter-words.ts'
import { lettersEn } from './letters.en.ts'
import { lettersVi } from './letters.vi.ts'

/** The letters as the product brings them. */
export const ORIGINALS: Readonly<Record<Language, LetterTexts>> = { vi: lettersVi, en: lettersEn }

type Filling = {
  readonly [T in Template]: (
    params: LetterParams[T],
    from: Sender,
    lang: Language,
  ) => Record<Exclude<FactOf<T>, keyof ReturnType<typeof always>>, string>
}
const always = (from: Sender) => ({ co_quan: from.name, dien_thoai: from.phone, email_ho_tro: from.email })

const KIND_WORDS = { vi: askingVi.kinds, en: askingEn.kinds }

/** On what it rests, at the end of a sentence. */
const BY_LETTER: Readonly<Record<Language, (number: string, date: string) => string>> = {
  vi: (number, date) => ` theo văn bản số ${number} ngày ${date}`,
  en: (number, date) => ` under letter no. ${number} of ${date}`,
}

/** What becomes of somebody's address when units are reorganised. */
const ABOUT_ADDRESS: Readonly<Record<Language, (changed: boolean) => string>> = {
  vi: (changed) =>
    changed
      ? 'Địa chỉ hộp thư đổi theo đơn vị mới; thư gửi đến địa chỉ trước đây vẫn nhận được.'
      : 'Địa chỉ hộp thư không thay đổi.',
  en: (changed) =>
    changed
      ? 'The address follows the new unit; mail to the former one still arrives.'
      : 'The address does not change.',
}

/** Before the subject of a reminder. */
const REMINDER: Readonly<Record<Language, string>> = { vi: 'Nhắc lại: ', en: 'Reminder: ' }

/** What each letter's placeholders stand for. */
const FILLING: Filling = {
  confirm: ({ code, until }, _, lang) => ({ ma_xac_nhan: code, han: instant(until, lang) }),
  received: ({ code, name, unit, at, due }, from, lang) => ({
    ...{ ma: code, ho_ten: name, don_vi: unit, lien_ket: from.track(code) },
    ...{ luc_gui: instant(at, lang), han_tra_loi: instant(due, lang) },
  }),
  asked: ({ code, name, unit, kind, title, at, due }, from, lang) => ({
    ...{ ma: code, ho_ten: name, don_vi: unit, loai: KIND_WORDS[lang][kind], ten: title, lien_ket: from.mine },
    ...{ luc_gui: instant(at, lang), han_tra_loi: instant(due, lang) },
  }),
  carried: ({ code, name, unit, kind, title }, from, lang) => ({
    ...{ ma: code, ho_ten: name, don_vi: unit, loai: KIND_WORDS[lang][kind], ten: title, lien_ket: from.mine },
  }),
  returned: ({ code, name, unit, comment, until, mine = false }, from, lang) => ({
    ...{ ma: code, ho_ten: name, don_vi: unit, noi_dung: comment, han: day(until, lang) },
    lien_ket: mine ? from.mine : from.track(code),
  }),
  approved: ({ code, name, unit, on, address, secret, until }, from, lang) => ({
    ...{ ma: code, ho_ten: name, don_vi: unit, dia_chi: address, lien_ket: from.activate(secret) },
    ...{ ngay_duyet: dayInWords(on, lang), han: instant(until, lang) },
  }),
  'approved-slip': ({ code, name, unit, on, address }, _, lang) => ({
    ...{ ma: code, ho_ten: name, don_vi: unit, dia_chi: address, ngay_duyet: dayInWords(on, lang) },
  }),
  link: ({ name, address, secret, until }, from, lang) => ({
    ...{ ho_ten: name, dia_chi: address, lien_ket: from.activate(secret), han: instant(until, lang) },
  }),
  reset: ({ name, address, secret, until }, from, lang) => ({
    ...{ ho_ten: name, dia_chi: address, lien_ket: from.activate(secret), han: instant(until, lang) },
  }),
  'reset-slip': ({ name, address, by, at }, _, lang) => ({
    ...{ ho_ten: name, dia_chi: address, nguoi_in: by, luc: instant(at, lang) },
  }),
  'password-changed': ({ name, address, at }, _, lang) => ({
    ...{ ho_ten: name, dia_chi: address, luc: instant(at, lang) },
  }),
  rejected: ({ code, name, unit, reason }) => ({ ma: code, ho_ten: name, don_vi: unit, ly_do: reason }),
  ready: ({ name, address, at }, from, lang) => ({
    ...{ ho_ten: name, dia_chi: address, luc_kich_hoat: instant(at, lang), lien_ket: from.signIn },
  }),
  transferred: ({ name, address, on, from: was, to, title }, from, lang) => ({
    ...{ ho_ten: name, dia_chi: address, ngay_hieu_luc: day(on, lang), don_vi_cu: was, don_vi_moi: to, chuc_vu: title },
    lien_ket: from.signIn,
  }),
  leaving: ({ name, address, on, until, deleted, letter }, _, lang) => ({
    ...{ ho_ten: name, dia_chi: address, ngay_ngung: day(on, lang), luu_den: day(until, lang) },
    ngay_xoa: day(deleted, lang),
    can_cu: letter === null ? '' : BY_LETTER[lang](letter.number, day(letter.date, lang)),
  }),
  merged: ({ name, address, other, until }, _, lang) => ({
    ...{ ho_ten: name, dia_chi: address, dia_chi_cu: other, luu_den: day(until, lang) },
  }),
  idle: ({ name, address, since, on }, _, lang) => ({
    ...{ ho_ten: name, dia_chi: address, ngay_dung_cuoi: day(since, lang), ngay_khoa: day(on, lang) },
  }),
  review: ({ name, id, open, total, due, reminder }, from, lang) => ({
    ...{ ho_ten: name, lien_ket: from.review(id), han: day(due, lang), nhac: reminder ? REMINDER[lang] : '' },
    ...{ so_nguoi: count(total, lang), so_con_lai: count(open, lang) },
  }),
  reorganised: ({ name, address, on, from: was, to, changed }, _, lang) => ({
    ...{ ho_ten: name, dia_chi: address, ngay_hieu_luc: day(on, lang), don_vi_cu: was, don_vi_moi: to },
    ve_dia_chi: ABOUT_ADDRESS[lang](changed),
  }),
  already: ({ name, address, at }, _, lang) => ({ ho_ten: name, dia_chi: address, luc_de_nghi: instant(at, lang) }),
  waiting: ({ name, waiting, overdue, lines, more, above }, from, lang) => {
    const words = DIGEST[lang]
    const listed = lines.map((line) => words.line(line, instant(line.due, lang)))
    return {
      ...{ ho_ten: name, lien_ket: from.inbox, so_de_nghi: words.requests(waiting), so_qua_han: String(overdue) },
      danh_sach: [...listed, ...(more > 0 ? [words.more(more)] : [])].join('\n'),
      chuyen_len: words.above(above),
    }
  },
  deputy: ({ name, principal, from: first, to }, from, lang) => ({
    ...{ ho_ten: name, nguoi_duoc_thay: principal, lien_ket: from.inbox },
    ...{ tu_ngay: day(first, lang), den_ngay: day(to, lang) },
  }),
  reconciled: (params, from, lang) => ({
    ...{ ho_ten: params.name, so_lan: String(params.number), luc: instant(params.at, lang), lien_ket: from.reconcile },
    ...reconciledWords(params, lang),
  }),
  anchor: ({ seq, mac, at }, _, lang) => ({ so_muc: String(seq), ma_kiem_chung: mac, luc: instant(at, lang) }),
}

export type LetterWriter = ReturnType<typeof letterWriter>

/** Writes letters in the language of their reader: `fill` into a given text, `write` into the one in force. */
export function letterWriter(from: {
  publicUrl: string
  organisation: { operator: string; phone: string; email: string }
  present: (template: Template, language: Language) => Promise<LetterText>
}) {
  const { publicUrl, organisation, present } = from
  const sender: Sender = {
    name: organisation.operator,
    phone: organisation.phone,
    email: organisation.email,
    track: (code) => `${publicUrl}/theo-doi?ma=${encodeURIComponent(code)}`,
    mine: `${publicUrl}/de-nghi-cua-toi`,
    activate: (secret) => `${publicUrl}/kich-hoat/${secret}`,
    signIn: `${publicUrl}/dang-nhap`,
    inbox: `${publicUrl}/cho-duyet`,
    reconcile: `${publicUrl}/doi-soat`,
    review: (id) => `${publicUrl}/ra-soat/${id}`,
  }
  const fill = (text: LetterText, letter: Omit<Letter, 'to'>): LetterText => {
    // A letter's parameters are those of its template; TypeScript does not follow the pair.
    const values = FILLING[letter.template] as (
      params: LetterParams[Template],
      from: Sender,
      lang: Language,
    ) => Record<string, string>
    return fillIn(text, { ...always(sender), ...values(letter.params, sender, letter.language) })
  }
  const write: Writer = async (letter) => fill(await present(letter.template, letter.language), letter)
  return { fill, write }
}
