import type { Language } from '../../letters/letter.ts'
import type { DigestWords } from './letter-words.ts'

const vi: DigestWords = {
  requests: (n) => `${n} đề nghị`,
  line: ({ name, unit, overdue, passedOn, for: whom }, due) =>
    [
      `- ${name}, ${unit}: hạn trả lời ${due}`,
      ...(overdue ? ['quá hạn'] : []),
      ...(passedOn ? ['đơn vị dưới chưa trả lời'] : []),
      ...(whom === undefined ? [] : [`duyệt thay ${whom}`]),
    ].join(', '),
  more: (n) => `và ${n} đề nghị khác`,
  above: (above) => {
    const words = {
      unit: above.kind === 'unit' ? above.name : '',
      'it-staff': 'bộ phận công nghệ thông tin',
      several: 'đơn vị cấp trên',
      none: '',
    }[above.kind]
    return words === ''
      ? 'Không đề nghị nào được tự động duyệt.'
      : `Đề nghị quá hạn được chuyển lên ${words}, không tự động duyệt.`
  },
}

const en: DigestWords = {
  requests: (n) => `${n} ${n === 1 ? 'request' : 'requests'}`,
  line: ({ name, unit, overdue, passedOn, for: whom }, due) =>
    [
      `- ${name}, ${unit}: answer due ${due}`,
      ...(overdue ? ['overdue'] : []),
      ...(passedOn ? ['the unit below has not answered'] : []),
      ...(whom === undefined ? [] : [`as deputy of ${whom}`]),
    ].join(', '),
  more: (n) => `and ${n} more`,
  above: (above) => {
    const words = {
      unit: above.kind === 'unit' ? above.name : '',
      'it-staff': 'IT staff',
      several: 'the unit above',
      none: '',
    }[above.kind]
    return words === ''
      ? 'Nothing is approved automatically.'
      : `Overdue requests go to ${words}; nothing is approved automatically.`
  },
}

export const DIGEST: Readonly<Record<Language, DigestWords>> = { vi, en }
