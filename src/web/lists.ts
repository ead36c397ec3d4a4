import type { Page } from './page.ts'
import { pageHref } from './views/navigation.ts'

type List = { readonly total: number; readonly page: number; readonly pageSize: number }

/** What the pagination under a list shows. */
export const paging = (list: List, noun: string) => ({
  page: list.page,
  pages: lastPage(list),
  from: list.total === 0 ? 0 : (list.page - 1) * list.pageSize + 1,
  to: Math.min(list.total, list.page * list.pageSize),
  total: list.total,
  noun,
})

/** Leads somebody who asked for a page after the last one to the last one; answers whether it did. */
export function beyondEnd(page: Page, list: List): boolean {
  if (list.page <= lastPage(list)) return false
  const [path = '', query = ''] = page.request.originalUrl.split('?')
  page.redirect(pageHref(path, query, lastPage(list)))
  return true
}

/** One of the allowed values of a parameter, or the first of them. */
export const oneOf = <const T extends string>(allowed: readonly [T, ...T[]], value: string): T =>
  allowed.find((each) => each === value) ?? allowed[0]

/** The address of this list with some parameters changed; an empty one is left out, and the list starts anew. */
export function listHref(path: string, parameters: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '')).toString()
  return query === '' ? path : `${path}?${query}`
}

const lastPage = (list: List): number => Math.max(1, Math.ceil(list.total / list.pageSize))
