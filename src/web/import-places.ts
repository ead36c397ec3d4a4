import type { Permit } from '../access/policy.ts'
import { ImportId } from '../imports/import.ts'
import type { ImportView } from '../imports/viewing.ts'
import type { Services } from '../main/compose.ts'
import { HttpFault } from './http-fault.ts'
import type { Page } from './page.ts'

export const IMPORTS = '/nhap-danh-sach'
export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
export const hrefOf = (id: ImportId): string => `${IMPORTS}/${id}`

/** The import that the address names; a 404 when there is none. */
export async function importOf(
  imports: Services['imports'],
  page: Page,
  permit: Permit<'import.read'>,
): Promise<ImportView> {
  const view = await imports.read(permit, page.param('id', ImportId))
  if (view === null) throw new HttpFault(404)
  return view
}
