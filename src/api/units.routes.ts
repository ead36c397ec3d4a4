import { z } from 'zod'
import { accept } from '../kernel/decision.ts'
import { UnitId } from '../kernel/ids.ts'
import { fold } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { UNIT_KINDS, UnitCodes, type Unit } from '../units/unit.ts'
import { endpoint } from './endpoint.ts'
import { count, day, list, said, search, text, unitOf } from './fields.ts'
import { listing, pageOf } from './listing.ts'
import { found, resource, type ApiRoute } from './route.ts'

const Kind = said(
  z.enum(UNIT_KINDS),
  'Loại: province tỉnh, agency sở ngành, commune xã phường, department phòng ban trực thuộc.',
  'Its kind: the province, an agency, a commune, or a department of one of these.',
)
const Codes = said(
  UnitCodes,
  'Mã, mỗi mã không bắt buộc: agency theo QĐ 20/2020, document theo QCVN 102, statistics của cơ quan thống kê.',
  'Codes, each optional: agency (Decision 20/2020), document (QCVN 102), statistics (statistics office).',
)
const From = said(day(), 'Có hiệu lực từ ngày này.', 'In force from this day on.')
const UnitVersion = z.object({
  name: z.string(),
  kind: Kind,
  parent: said(unitOf().nullable(), 'Đơn vị cấp trên.', 'The unit above.'),
  codes: Codes,
  validFrom: From,
  validTo: said(
    day().nullable(),
    'Đến trước ngày này; null khi chưa hết.',
    'Until the day before this; null for ever.',
  ),
})
const One = z.object({
  id: said(UnitId, 'Định danh, không đổi.', 'Its identifier, which never changes.'),
  number: said(count(), 'Số của đơn vị, không đổi.', 'Its number, which never changes.'),
  ...UnitVersion.shape,
})
const UnitJson = One.meta({ id: 'Unit' })
const UnitWhole = One.extend({
  versions: said(list(UnitVersion), 'Mọi bản, mới nhất trước.', 'Every version, the newest first.'),
}).meta({ id: 'UnitWithVersions' })

const Facts = z
  .strictObject({
    name: said(text(200), 'Tên đơn vị.', 'The unit’s name.'),
    kind: Kind,
    parentId: said(UnitId.nullable(), 'Đơn vị cấp trên; null ở cấp cao nhất.', 'The unit above; null at the top.'),
    codes: z.strictObject(UnitCodes.shape).default({}),
    validFrom: From,
  })
  .meta({ id: 'UnitFacts' })
const example = {
  ...{ name: 'Phòng Cải cách hành chính', kind: 'department' as const, validFrom: '2026-12-01' },
  ...{ parentId: '6f1c2f0e-0000-4000-8000-000000000001', codes: { agency: 'H49.12.3' } },
}

const versionOf = ({ parentId, parentName, ...unit }: Unit) => ({
  ...unit,
  parent: parentId === null ? null : { id: parentId, name: parentName ?? '' },
})
const ById = z.strictObject({ id: UnitId })

/** The organisation: units as they stand, with their versions, and changes of them. */
export function unitRoutes({ units }: Services): ApiRoute[] {
  const whole = resource(UnitWhole, async (desk, { id }: z.output<typeof ById>) => {
    const known = await units.read(desk.permit('unit.read'), id)
    return known && { ...versionOf(known.unit), versions: known.versions.map(versionOf) }
  })

  return [
    listing({
      ...{ id: 'listUnits', path: '/units', tag: 'units', action: 'unit.read' },
      summary: { vi: 'Danh sách đơn vị trong phạm vi, theo số', en: 'Units within reach, by number' },
      query: z.object({ q: search(), kind: Kind.optional() }),
      item: UnitJson,
      key: z.int(),
      handle: async ({ permit, query: { q = '', kind }, ...page }) => {
        const words = fold(q).split(' ')
        const all = (await units.list(permit, '', 10_000)).filter(
          (unit) => (kind === undefined || unit.kind === kind) && words.every((word) => fold(unit.name).includes(word)),
        )
        all.sort((a, b) => a.number - b.number)
        const { items, next } = pageOf(all, ({ number }) => number, page)
        return accept({ items: items.map(versionOf), next })
      },
    }),
    endpoint({
      ...{ id: 'searchUnits', method: 'get', path: '/unit-search', tag: 'units', action: 'own.read' },
      summary: { vi: 'Tìm đơn vị theo tên hiện nay hoặc tên cũ', en: 'Find units by their present or former names' },
      query: z.strictObject({ q: said(text(200), 'Các từ của tên.', 'Words of the name.') }),
      answer: z.object({ items: list(UnitJson) }),
      handle: async ({ query }) => accept({ items: (await units.search(query.q, 12)).map(versionOf) }),
    }),
    endpoint({
      ...{ id: 'getUnit', method: 'get', path: '/units/:id', tag: 'units', action: 'unit.read' },
      summary: { vi: 'Một đơn vị và các bản của nó', en: 'One unit and its versions' },
      params: ById,
      answer: UnitWhole,
      handle: async ({ desk, params }) => found(await whole.read(desk, params)),
    }),
    endpoint({
      ...{ id: 'createUnit', method: 'post', path: '/units', tag: 'units', action: 'unit.change' },
      also: ['unit.read'],
      summary: { vi: 'Thêm một đơn vị', en: 'Add a unit' },
      body: Facts,
      example,
      status: 201,
      answer: UnitWhole,
      location: ({ id }) => `/units/${id}`,
      problems: ['unknown-parent', 'name-taken'],
      handle: async ({ desk, permit, body }) => {
        const created = await units.create(permit, body)
        return created.ok ? found(await whole.read(desk, { id: created.value })) : created
      },
    }),
    endpoint({
      ...{ id: 'changeUnit', method: 'post', path: '/units/:id/versions', tag: 'units', action: 'unit.change' },
      also: ['unit.read'],
      summary: { vi: 'Đổi tên, loại, mã hoặc cấp trên từ một ngày', en: 'A new version of a unit from a day on' },
      params: ById,
      body: Facts,
      example,
      of: whole,
      answer: UnitWhole,
      problems: [
        ...(['unknown-unit', 'unknown-parent', 'own-descendant', 'not-after-current'] as const),
        ...(['name-taken', 'changed-meanwhile'] as const),
      ],
      handle: async ({ desk, permit, params, body, present }) => {
        const changed = await units.change(permit, params.id, body, present.versions.length)
        return changed.ok ? found(await whole.read(desk, params)) : changed
      },
    }),
  ]
}
