import type { Language, LetterParams } from '../../letters/letter.ts'
import { instant } from '../views/formats.ts'
import { doubtText, kindLines } from './reconcile-sayings.ts'
import { reconcileEn } from './reconcile.en.ts'
import { reconcileVi } from './reconcile.vi.ts'

const SAYS = {
  vi: {
    words: reconcileVi,
    unsure: 'không kết luận được',
    found: (n: number) => `${n} điểm lệch mới`,
    text: (at: string, n: number) => `Lần đối soát lúc ${at} thấy ${n} điểm lệch chưa có lần trước.`,
  },
  en: {
    words: reconcileEn,
    unsure: 'it cannot tell',
    found: (n: number) => `${n} new findings`,
    text: (at: string, n: number) => `The comparison of ${at} found ${n} that were not there the last time.`,
  },
} as const

/** What a comparison found, in a few words and in full. */
export function reconciledWords(
  { at, fresh, counts, doubt }: LetterParams['reconciled'],
  lang: Language,
): { ket_luan: string; ket_qua: string } {
  const { words, unsure, found, text } = SAYS[lang]
  if (doubt) return { ket_luan: unsure, ket_qua: doubtText(words.doubts, lang, doubt) }
  const lines = kindLines(words.kinds, counts)
  return {
    ket_luan: found(fresh),
    ket_qua: [text(instant(at, lang), fresh), ...(lines === '' ? [] : [lines])].join('\n\n'),
  }
}
