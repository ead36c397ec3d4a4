import { fold } from '../../kernel/text.ts'
import { decode, OLD_ENCODINGS } from './encodings.ts'
import type { ColumnField } from './fields.ts'

const list = (text: string): string[] =>
  text
    .split('·')
    .map((each) => fold(each))
    .filter(Boolean)

/** Headings met in rosters, for each field; compared without accents, case and what stands in brackets. */
const SYNONYMS: Readonly<Record<ColumnField, readonly string[]>> = {
  fullName: list(`Họ và tên · Họ tên · Họ, tên · Họ và tên CBCCVC · Họ tên CBCCVC · Họ và tên cán bộ · Tên người dùng ·
    Tên cán bộ · Tên đầy đủ · Tên hiển thị · Họ và tên khai sinh · Họ và tên công chức · Họ tên cán bộ công chức viên chức ·
    Họ và tên cán bộ công chức viên chức · Họ tên đầy đủ · Họ đệm và tên · Họ, chữ đệm và tên · Họ chữ đệm và tên khai sinh ·
    Tên nhân viên · Họ và tên nhân viên · Full name · Name · Display name · Người dùng · Họ và tên người dùng ·
    Họ và tên người sử dụng · Họ tên người sử dụng`),
  surname: list('Họ đệm · Họ và đệm · Họ và tên đệm · Họ và chữ đệm · Họ lót · Họ · Last name · Surname · Họ và'),
  given: list('Tên · Tên gọi · First name · Given name'),
  birthDate: list(`Ngày sinh · Ngày tháng năm sinh · Ngày, tháng, năm sinh · Ngày/tháng/năm sinh · NTNS · Sinh ngày ·
    Ngày sinh (dd/mm/yyyy) · Năm sinh · Date of birth · DOB · Birthday · Ngày tháng sinh · Ng.sinh`),
  birthDateMale: list('Ngày sinh nam · Ngày tháng năm sinh nam · Năm sinh nam · Sinh ngày nam'),
  birthDateFemale: list('Ngày sinh nữ · Ngày tháng năm sinh nữ · Năm sinh nữ · Sinh ngày nữ'),
  birthDay: list('Ngày sinh ngày · Ngày tháng năm sinh ngày'),
  birthMonth: list('Ngày sinh tháng · Ngày tháng năm sinh tháng · Tháng sinh'),
  birthYear: list('Ngày sinh năm · Ngày tháng năm sinh năm'),
  sex: list('Giới tính · Nam/Nữ · Nam nữ · Phái · GT · Sex · Gender · Giới'),
  sexMale: list('Giới tính nam · Nam'),
  sexFemale: list('Giới tính nữ · Nữ'),
  number: list(`Số định danh cá nhân · Số định danh · Mã định danh · Mã định danh cá nhân · CCCD · Số CCCD · CCCD/CMND ·
    CMND/CCCD · Số CCCD/CMND · Số CMND/CCCD · Căn cước công dân · Số căn cước công dân · Căn cước · Số căn cước · Số thẻ căn cước ·
    Số CMND · CMND · Số CMTND/CCCD · Số ĐDCN · ĐDCN · CCCD/Số định danh · Số CCCD/định danh cá nhân · Số CMND/căn cước công dân ·
    Số thẻ CCCD · ID number · Personal ID`),
  position:
    list(`Chức vụ · Chức danh · Chức vụ, chức danh · Chức vụ/chức danh · Chức danh, chức vụ · Chức danh/chức vụ ·
    Vị trí việc làm · Vị trí công tác · Chức vụ/Vị trí việc làm · Chức vụ công tác · Chức vụ hiện tại · Chức vụ chính quyền ·
    Chức vụ/chức danh công tác · Position · Title · Job title · Chức vụ (chức danh) nghề nghiệp · Chức danh nghề nghiệp ·
    Chức vụ hoặc vị trí việc làm`),
  unit: list(`Đơn vị công tác · Đơn vị · Phòng ban · Phòng/ban · Phòng, ban · Phòng · Cơ quan · Cơ quan công tác ·
    Cơ quan, đơn vị · Cơ quan/đơn vị · Tên đơn vị · Tên cơ quan · Nơi công tác · Bộ phận · Phòng/Đơn vị · Đơn vị/Phòng ban ·
    Phòng ban/Đơn vị · Cơ quan, đơn vị công tác · Phòng ban công tác · Đơn vị trực thuộc · Phòng, ban, đơn vị · Unit · Department ·
    Đơn vị (phòng, ban) công tác · Tên phòng ban`),
  parentUnit: list(
    'Đơn vị cấp trên · Đơn vị chủ quản · Cơ quan cấp trên · Cơ quan chủ quản · Trực thuộc · Thuộc đơn vị',
  ),
  phone:
    list(`Di động · Điện thoại di động · Số điện thoại · Số điện thoại di động · Điện thoại · SĐT · ĐTDĐ · Số di động ·
    Số điện thoại sử dụng Zalo · Số ĐT · ĐT · ĐT di động · Số điện thoại liên hệ · Điện thoại liên hệ · SĐT Zalo · Zalo ·
    Số ĐT di động · Số máy · Mobile · Phone · Số điện thoại (Zalo) · Số điện thoại cá nhân`),
  contactEmail:
    list(`Gmail · Email · E-mail · Email cá nhân · Email liên hệ · Địa chỉ email · Địa chỉ Gmail · Thư điện tử ·
    Hộp thư cá nhân · Địa chỉ email cá nhân · Địa chỉ thư điện tử · Thư điện tử cá nhân · Mail · Mail cá nhân · Hòm thư cá nhân ·
    Địa chỉ mail · Email khác · Contact email · Personal email`),
  officialAddress: list(`Địa chỉ thư công vụ · Mail công vụ · Email công vụ · Thư công vụ · Hộp thư công vụ ·
    Địa chỉ email công vụ · Địa chỉ thư điện tử công vụ · Thư điện tử công vụ · Tài khoản thư công vụ · Địa chỉ hộp thư công vụ ·
    Địa chỉ mail công vụ · Tài khoản email công vụ · Hòm thư công vụ · Tên tài khoản thư công vụ · Email tỉnh · Official address ·
    Official email · Tài khoản mail công vụ`),
  employment: list(`Đối tượng · Loại cán bộ · Loại lao động · Loại hợp đồng · Hình thức lao động · Loại hình lao động ·
    Cán bộ/Công chức/Viên chức · CBCCVC/HĐLĐ · Đối tượng lao động · Diện · Employment · Biên chế/Hợp đồng · Loại công chức viên chức ·
    Đối tượng (CB, CC, VC, HĐ)`),
  note: list('Ghi chú · Ghi chú khác · Note · Notes · Remarks · Chú thích'),
}

/** Headings of what is not read; kept so that none of them is taken for a near one that is. */
const OTHERS = new Set(
  list(`STT · TT · Số TT · Số thứ tự · No · Nơi sinh · Quê quán · Nguyên quán · Dân tộc · Tôn giáo · Địa chỉ · Địa chỉ thường trú ·
    Nơi ở hiện nay · Trình độ · Trình độ chuyên môn · Chuyên ngành · Ngạch · Mã ngạch · Bậc lương · Hệ số lương · Hệ số · Lương ·
    Ngày vào Đảng · Ngày vào đảng chính thức · Ngày tuyển dụng · Ngày bổ nhiệm · Ngày hết hạn · Ngày cấp · Nơi cấp · Ngày cấp CCCD ·
    Nơi cấp CCCD · Số quyết định · Số hiệu · Số hiệu công chức · Mã cán bộ · Mã nhân viên · Mã đơn vị · Mã số thuế · Số BHXH ·
    Số sổ BHXH · Mã BHXH · Số tài khoản · Ngân hàng · Lý luận chính trị · Ngoại ngữ · Tin học · Tuổi · Điện thoại cơ quan ·
    Điện thoại cố định · Số điện thoại cơ quan · Máy lẻ · Số máy lẻ · Fax · Đảng viên · Chức vụ Đảng · Chức vụ đoàn thể · Hộ khẩu ·
    Đơn vị cũ · Đơn vị công tác cũ · Chức vụ cũ · Đơn vị quản lý · Ngày ký · Chữ ký · Ký nhận · Ảnh · Mật khẩu · Tên đăng nhập ·
    Kết quả · Lý do · Tình trạng · Trạng thái · Số lượng · Tổng số · Ngày nghỉ hưu · Thời hạn hợp đồng · Họ tên vợ/chồng ·
    Họ tên chồng · Họ tên vợ · Họ tên cha · Họ tên mẹ · Họ tên con · Tên thường gọi · Bí danh · Tên khác · Tên gọi khác ·
    Ngày sinh con · Email cơ quan · Email đơn vị · Hộp thư đơn vị`),
)

const FIELD_BY_HEADING = new Map(
  (Object.entries(SYNONYMS) as [ColumnField, readonly string[]][]).flatMap(([field, names]) =>
    names.map((name) => [name, field] as const),
  ),
)

/** What a heading says, comparable: no accents, no brackets, no stars, no `bắt buộc`. */
export const plainHeading = (heading: string): string =>
  fold(heading.replace(/\([^)]*\)|\[[^\]]*\]|\*/g, ' '))
    .replace(/\b(bat buoc|neu co)\b/g, '')
    .trim()

export type Heading =
  /** `sure` when the heading is in the table, not only near one that is. */
  { readonly field: ColumnField; readonly sure: boolean } | { readonly field: null; readonly sure: boolean }

/** Longer texts are no headings. */
const MOST = 80
const UNKNOWN: Heading = { field: null, sure: false }

/**
 * The field that a heading names. One that is spelled slightly otherwise is recognised when it is near to the headings of
 * one field only and near to no heading of another kind.
 */
export function headingOf(text: string): Heading {
  const heading = exactHeading(text)
  return heading !== UNKNOWN || text.length > MOST ? heading : nearest(plainHeading(text))
}

/** `Ngày sinh Nam` and `Ngày sinh: năm` are the same but for the accent. */
const manOrYear = (field: ColumnField, text: string): ColumnField =>
  field !== 'birthDateMale' && field !== 'birthYear'
    ? field
    : /năm\W*$/iu.test(text.normalize('NFC'))
      ? 'birthYear'
      : 'birthDateMale'

/** The same, but only what is in the table. */
export function exactHeading(text: string): Heading {
  if (text.length > MOST) return UNKNOWN
  const [plain, whole] = [plainHeading(text), fold(text)]
  if (plain === '' && whole === '') return UNKNOWN
  for (const name of [whole, plain]) {
    const field = FIELD_BY_HEADING.get(name)
    if (field !== undefined) return { field: manOrYear(field, text), sure: true }
    if (OTHERS.has(name)) return { field: null, sure: true }
  }
  return UNKNOWN
}

/** A heading in an old encoding (`Hä vµ tªn`) as one that we know; anything else as it is. */
export function readableHeading(text: string): string {
  if (text.length > MOST || /^[\x00-\x7f]*$/.test(text) || exactHeading(text).sure) return text
  for (const encoding of OLD_ENCODINGS) {
    const decoded = decode(text, encoding)
    if (decoded !== null && exactHeading(decoded).sure) return decoded
  }
  return text
}

function nearest(plain: string): Heading {
  if (plain.length < 6) return UNKNOWN
  const reach = plain.length >= 12 ? 2 : 1
  const fields = new Set<ColumnField | null>()
  let best = reach
  const look = (name: string, field: ColumnField | null) => {
    const far = name.length < 6 ? Infinity : distance(plain, name, best)
    if (far > best) return
    if (far < best) fields.clear()
    best = far
    fields.add(field)
  }
  for (const [name, field] of FIELD_BY_HEADING) look(name, field)
  for (const name of OTHERS) look(name, null)
  const [field] = fields
  return fields.size === 1 && field !== undefined && field !== null ? { field, sure: false } : UNKNOWN
}

/** Letters to change, add, drop or swap with the next to make `b` of `a`; more than `most` is Infinity. */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return Infinity
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      row.push(least)
    }
    if (Math.min(...row) > most) return Infinity
    ;[before, previous] = [previous, row]
  }
  return (previous[b.length] ?? Infinity) > most ? Infinity : (previous[b.length] ?? Infinity)
}
