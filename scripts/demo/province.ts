import { readFileSync } from 'node:fs'
import type { UnitCodes, UnitKind } from '../../src/units/unit.ts'

/** A unit to be made, with those below it. */
export type UnitPlan = {
  readonly name: string
  readonly kind: UnitKind
  readonly codes: UnitCodes
  readonly below: readonly UnitPlan[]
}

type Data = {
  readonly province: { readonly agencyCode: string }
  readonly agenciesSince2025: readonly string[]
  readonly communesSince20250701: readonly { readonly code: string; readonly name: string }[]
}
const data = JSON.parse(readFileSync(new URL('../data/quang-ninh-units.json', import.meta.url), 'utf8')) as Data

export const PROVINCE = 'Ủy ban nhân dân tỉnh Quảng Ninh'
/** Who runs Congvu. */
export const OPERATOR = 'Trung tâm Chuyển đổi số'

/** Departments of the agencies; each also has its office, `Văn phòng`. */
const DEPARTMENTS: Readonly<Record<string, readonly string[]>> = {
  'Văn phòng UBND tỉnh': [
    ...['Phòng Tổng hợp', 'Phòng Hành chính - Tổ chức', 'Phòng Quản trị - Tài vụ', 'Ban Tiếp công dân tỉnh'],
    'Trung tâm Phục vụ hành chính công tỉnh',
  ],
  'Sở Tài chính': [
    ...['Phòng Quản lý ngân sách', 'Phòng Tài chính hành chính sự nghiệp', 'Phòng Quản lý giá và công sản'],
    ...['Phòng Đăng ký kinh doanh', 'Phòng Tổng hợp, quy hoạch'],
  ],
  'Sở Nội vụ': [
    ...['Phòng Công chức, viên chức', 'Phòng Tổ chức biên chế', 'Phòng Xây dựng chính quyền'],
    ...['Phòng Cải cách hành chính', 'Phòng Lao động - Việc làm', 'Phòng Người có công'],
  ],
  'Sở Xây dựng': [
    ...['Phòng Quy hoạch - Kiến trúc', 'Phòng Quản lý xây dựng', 'Phòng Quản lý vận tải'],
    ...['Phòng Kết cấu hạ tầng giao thông', 'Phòng Quản lý nhà và thị trường bất động sản'],
  ],
  'Sở Khoa học và Công nghệ': [
    ...['Phòng Chuyển đổi số', 'Phòng Bưu chính - Viễn thông', 'Phòng Quản lý khoa học', 'Phòng Đổi mới sáng tạo'],
    ...['Chi cục Tiêu chuẩn Đo lường Chất lượng', OPERATOR],
  ],
  'Sở Văn hóa, Thể thao và Du lịch': [
    ...['Phòng Quản lý văn hóa', 'Phòng Quản lý thể dục thể thao', 'Phòng Quản lý du lịch'],
    ...['Phòng Báo chí - Xuất bản', 'Bảo tàng Quảng Ninh', 'Thư viện tỉnh'],
  ],
  'Sở Dân tộc và Tôn giáo': ['Phòng Chính sách dân tộc', 'Phòng Nghiệp vụ tôn giáo', 'Phòng Kế hoạch - Tổng hợp'],
  'Sở Nông nghiệp và Môi trường': [
    ...['Phòng Quản lý đất đai', 'Phòng Tài nguyên nước và Biển đảo', 'Phòng Khoáng sản', 'Chi cục Kiểm lâm'],
    ...['Chi cục Thủy lợi', 'Chi cục Chăn nuôi và Thú y', 'Chi cục Bảo vệ môi trường'],
  ],
  'Sở Ngoại vụ': ['Phòng Lãnh sự', 'Phòng Hợp tác quốc tế', 'Phòng Quản lý biên giới'],
  'Sở Y tế': [
    ...['Phòng Tổ chức cán bộ', 'Phòng Nghiệp vụ y', 'Phòng Nghiệp vụ dược', 'Phòng Bảo trợ xã hội'],
    ...['Trung tâm Kiểm soát bệnh tật tỉnh', 'Bệnh viện Đa khoa tỉnh'],
  ],
  'Sở Giáo dục và Đào tạo': [
    ...['Phòng Tổ chức cán bộ', 'Phòng Giáo dục mầm non', 'Phòng Giáo dục phổ thông'],
    ...['Phòng Giáo dục nghề nghiệp - Thường xuyên', 'Phòng Quản lý chất lượng'],
  ],
  'Sở Tư pháp': [
    ...['Phòng Xây dựng và kiểm tra văn bản', 'Phòng Hành chính tư pháp', 'Phòng Bổ trợ tư pháp'],
    'Trung tâm Trợ giúp pháp lý nhà nước',
  ],
  'Sở Công Thương': [
    ...['Phòng Quản lý công nghiệp', 'Phòng Quản lý năng lượng', 'Phòng Quản lý thương mại'],
    ...['Phòng Kỹ thuật an toàn - Môi trường', 'Chi cục Quản lý thị trường'],
  ],
  'Thanh tra tỉnh': [
    ...['Phòng Nghiệp vụ 1', 'Phòng Nghiệp vụ 2', 'Phòng Nghiệp vụ 3'],
    'Phòng Giám sát, kiểm tra và xử lý sau thanh tra',
  ],
}

const department = (name: string): UnitPlan => ({ name, kind: 'department', codes: {}, below: [] })

function agency(name: string, number: number): UnitPlan {
  const code = String(number).padStart(2, '0')
  const { agencyCode } = data.province
  const office = name.startsWith('Văn phòng') ? [] : [`Văn phòng ${name}`]
  return {
    name,
    kind: 'agency',
    codes: { agency: `${agencyCode}.${code}`, document: `000.00.${code}.${agencyCode}` },
    below: [...office, ...(DEPARTMENTS[name] ?? [])].map(department),
  }
}

/** Since July 2025 a commune has these four; a ward's second one looks after the town as well. */
function commune({ code, name }: { code: string; name: string }): UnitPlan {
  const [kind = '', ...rest] = name.split(' ')
  const place = `${kind.toLowerCase()} ${rest.join(' ')}`
  const economy = kind === 'Xã' ? 'Phòng Kinh tế' : 'Phòng Kinh tế, Hạ tầng và Đô thị'
  const below = ['Văn phòng HĐND và UBND', economy, 'Phòng Văn hóa - Xã hội', 'Trung tâm Phục vụ hành chính công']
  return {
    name: `Ủy ban nhân dân ${place}`,
    kind: 'commune',
    codes: { statistics: code },
    below: below.map((each) => department(`${each} ${place}`)),
  }
}

/** Quảng Ninh as it stands since 2025-07-01: the province, 14 agencies, 54 communes, and their departments. */
export const province = (): UnitPlan => ({
  name: PROVINCE,
  kind: 'province',
  codes: { agency: data.province.agencyCode, document: `000.00.00.${data.province.agencyCode}` },
  below: [
    ...data.agenciesSince2025.map((name, index) => agency(name, index + 1)),
    ...data.communesSince20250701.map(commune),
  ],
})
