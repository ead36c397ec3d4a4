import { fold, tidy } from '../../kernel/text.ts'

const WORDS =
  `sở|phòng|ban|chi cục|cục|trung tâm|văn phòng|ubnd|ủy ban|uỷ ban|hđnd|hội đồng|xã|phường|thị trấn|thị xã|thành phố|
  đặc khu|huyện|quận|bệnh viện|trường|viện|hội|liên đoàn|thanh tra|quỹ|kho bạc|công an|bộ chỉ huy|báo|đài|thư viện|bảo tàng|nhà|
  khoa|tổ|đội|chi nhánh|trạm|hạt|đơn vị|cơ quan|tỉnh ủy|tỉnh uỷ|đảng ủy|đảng uỷ|mặt trận|ubmttq|vp|lãnh đạo|khối|
  đoàn thanh niên|đoàn thể|đoàn đại biểu|đoàn khối|đoàn kinh tế|đoàn nghệ thuật|đoàn tncs|đoàn xã|đoàn phường`
    .replace(/\s*\n\s*/g, '')
    .normalize('NFC')
const BEGINNING = new RegExp(`^(${WORDS})\\s+[\\p{L}\\d]`, 'u')
const ALONE = /^(văn phòng|thanh tra|lãnh đạo|ban giám đốc|ban lãnh đạo|thường trực)$/u
/** Without accents some of these words are surnames: `Trương`, `Tô`, `Viên`. */
const SURNAMES_TOO = /^(truong|to|vien|khoa|quy|dai|doi|bao)\s/
const FOLDED = new RegExp(`^(${WORDS.split('|').map(fold).join('|')})\\s+[a-z0-9]`)
const SURNAMES = new Set(
  `nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly doan dinh trinh mai cao luong luu dao truong
  lam ha thai phung ta to vuong chau chu tu quach la ton tong dong hua tang dau dam kieu trieu`.split(' '),
)

/** Whether a text says what unit it is, as the names of units here do: `Sở …`, `Phòng …`, `UBND xã …`. */
export function looksLikeUnit(text: string): boolean {
  const plain = tidy(text).toLowerCase()
  if (plain.length > 200) return false
  if (BEGINNING.test(plain) || ALONE.test(plain)) return true
  return /^[\x00-\x7f]*$/.test(plain) && !SURNAMES_TOO.test(plain) && FOLDED.test(plain)
}

/** Whether a text is a person's name as most are: two to six words of letters, a common surname first. */
export function looksLikeName(text: string): boolean {
  const words = fold(text).split(' ')
  return words.length >= 2 && words.length <= 6 && !/\d/.test(text) && SURNAMES.has(words[0] ?? '')
}
