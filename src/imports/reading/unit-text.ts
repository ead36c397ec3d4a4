import { fold } from '../../kernel/text.ts'

const BEGINNINGS = new RegExp(
  `^(so|phong|ban|chi cuc|cuc|trung tam|van phong|ubnd|uy ban|hdnd|hoi dong|xa|phuong|thi tran|thi xa|thanh pho|dac khu|huyen|quan|
  benh vien|truong|vien|hoi|doan|lien doan|thanh tra|quy|kho bac|cong an|bo chi huy|bao|dai|thu vien|bao tang|nha|khoa|to|doi|
  chi nhanh|tram|hat|don vi|co quan|tinh uy|dang uy|mat tran|ubmttq|vp)\\s+[a-z0-9]`.replace(/\s*\n\s*/g, ''),
)
const ALONE = /^(van phong|thanh tra|lanh dao|ban giam doc|ban lanh dao|thuong truc)$/
const SURNAMES = new Set(
  `nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly doan dinh trinh mai cao luong luu dao`.split(
    ' ',
  ),
)

/** Whether a text says what unit it is, as the names of units here do: `Sở …`, `Phòng …`, `UBND xã …`. */
export function looksLikeUnit(text: string): boolean {
  const plain = fold(text)
  return plain.length <= 200 && (BEGINNINGS.test(plain) || ALONE.test(plain))
}

/** Whether a text is a person's name as most are: two to six words of letters, a common surname first. */
export function looksLikeName(text: string): boolean {
  const words = fold(text).split(' ')
  return words.length >= 2 && words.length <= 6 && !/\d/.test(text) && SURNAMES.has(words[0] ?? '')
}
