import type { PersonActor } from '../../src/access/policy.ts'
import type { ImportId, ImportState } from '../../src/imports/import.ts'
import type { Services } from '../../src/main/compose.ts'
import { encode } from '../../scripts/roster/old-encodings.ts'
import { allowed, unique } from '../support/system.ts'
import { until } from '../support/waiting.ts'

const HEAD = 'Họ và tên;Ngày sinh;Số CCCD;Đơn vị công tác;Chức vụ;Địa chỉ thư công vụ'
const nin = (): string => `022088${String(700_000 + unique())}`
const good = (name: string): string => `${name};05/09/1988;${nin()};Sở Nội vụ;Chuyên viên;`
const DIRTY = [
  good('Nguyễn Hoàng Phương Thảo Nguyên'),
  `Tằng A Sáng;03/1985;${nin()};Sở Nội vụ;Văn thư;`,
  `Phạm Thị Thu Hằng;31/02/1990;${nin()};Sở Nội vụ;Chuyên viên;`,
  `Lò Văn Đơn;05/09/1988;${nin()};So Tai chinh;Chuyên viên;`,
  `Lò Thị Xa;05/09/1988;${nin()};Ban Quản lý dự án;Chuyên viên;`,
  `Vi Thị Mỷ;05/09/1988;${nin().slice(0, 11)};Sở Nội vụ;Chuyên viên;`,
  `Đỗ Minh Quân;05/09/1988;${nin()};Sở Nội vụ;Chuyên viên;Quân.Đỗ@quangninh.gov.vn`,
  `=SUM(A1);05/09/1988;${nin()};Sở Nội vụ;Chuyên viên;`,
]
const MIXED = ['Hoàng Thị Thúy', 'Đặng Văn Thắng'].map((name) => good(encode(name, 'tcvn3')))

/** Lists as agencies send them: one without headings, one to be looked at, one that a second person looks at, one to be undone. */
export async function seedImports(services: Services, by: PersonActor): Promise<void> {
  const { imports } = services
  const change = allowed('import.change', by)
  const arrive = async (fileName: string, lines: readonly string[], state: ImportState): Promise<ImportId> => {
    const arrived = await imports.arrive(change, {
      ...{ mode: 'add', unitId: null, handOver: 'slip', language: 'vi', fileName },
      bytes: Buffer.from(lines.join('\n')),
    })
    if (!arrived.ok) throw new Error(arrived.refusal.kind)
    await is(arrived.value, state)
    return arrived.value
  }
  const is = (id: ImportId, state: ImportState) =>
    until(`import ${state}`, async () => (await imports.state(allowed('import.read', by), id)) === state, 20_000)
  const start = async (id: ImportId) => {
    const view = await imports.read(allowed('import.read', by), id)
    const started = await imports.start(change, id, view?.record.hash ?? '')
    if (!started.ok) throw new Error(started.refusal.kind)
  }

  const people = ['Bùi Xuân Trường', 'Phùn Dì Múi', 'Công Tằng Tôn Nữ Diệu Hiền'].map(good)
  const done = await arrive('da-xong.csv', [HEAD, ...people], 'preview')
  await start(done)
  await is(done, 'done')
  await imports.weigh(change, done)
  await is(done, 'weighed')
  const many = Array.from({ length: 101 }, (_, n) => good(`Nông Văn ${'ABCDEGHKLM'[n % 10]}uân`))
  await start(await arrive('nhieu-nguoi.csv', [HEAD, ...many], 'preview'))
  await arrive('khong-tieu-de.csv', [...people, ...MIXED], 'matching')
  await arrive('tep-hong.xlsx', ['<html><table></table></html>'], 'unreadable')
  await arrive('can-bo-thang-11.csv', [HEAD, ...DIRTY, ...MIXED], 'preview')
}

/** What IT staff see of imports, each page by its way from the list. */
export const IMPORT_WAYS = (() => {
  const list = '/nhap-danh-sach'
  const of = (name: string) => `.cv-table a:has-text("${name}")`
  const dirty = of('can-bo-thang-11')
  return {
    imports: ['/viec-con-do', `nav a[href="${list}"]`],
    'import-new-error': [list, `main a[href="${list}/moi"]`, 'main form button[type=submit]'],
    'import-unreadable': [list, of('tep-hong')],
    'import-columns': [list, of('khong-tieu-de')],
    'import-columns-error': [
      list,
      of('khong-tieu-de'),
      'none select[name^=field][name$="-0"]',
      'main form button[type=submit]',
    ],
    'import-preview': [list, dirty],
    'import-preview-group': [list, dirty, 'a.cv-chip[href*="ly-do=unit"]'],
    'import-encodings': [list, dirty, 'main a[href$="/cot"]'],
    'import-row': [list, dirty, '.cv-table a'],
    'import-row-error': [list, dirty, '.cv-table a', 'form:has(input[value=fix]) button'],
    'import-units': [list, dirty, 'main a[href$="/don-vi"]'],
    'import-asked': [list, of('nhieu-nguoi')],
    'import-asked-error': [list, of('nhieu-nguoi'), 'form[action$="/dong-y"] button'],
    'import-undo': [list, of('da-xong')],
    'import-undo-error': [list, of('da-xong'), 'form[action$="/hoan-tac"] button'],
    'import-result': [list, of('da-xong'), '.govuk-back-link'],
    'import-slips': [list, of('da-xong'), '.govuk-back-link', 'main a[href$="/phieu"]'],
    'import-slips-print': [list, of('da-xong'), '.govuk-back-link', 'main a[href$="/phieu"]', 'main form button'],
    'import-policy': ['/quy-dinh', 'main a[href="/quy-dinh/nhap-danh-sach"]'],
    'import-policy-error': ['/quy-dinh/nhap-danh-sach', 'main form button[type=submit]'],
  } as const satisfies Record<string, readonly [path: string, ...presses: string[]]>
})()
