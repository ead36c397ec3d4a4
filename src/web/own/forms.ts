import type { OwnKind } from '../../requests/kinds.ts'
import { aliasForm, nameForm, positionForm, quotaForm } from './change-forms.ts'
import type { OwnForm } from './form.ts'
import { listForm } from './list-form.ts'
import { functionMailboxForm, holdersForm, unitMailboxForm } from './mailbox-forms.ts'
import { peopleForm } from './people-form.ts'

const FORMS: { readonly [K in OwnKind]: OwnForm<K> } = {
  'unit-mailbox': unitMailboxForm,
  'function-mailbox': functionMailboxForm,
  holders: holdersForm,
  list: listForm,
  name: nameForm,
  position: positionForm,
  alias: aliasForm,
  quota: quotaForm,
  people: peopleForm,
}

/** The form of a kind; what it is given is always of that kind. */
export const formOf = (kind: OwnKind): OwnForm => FORMS[kind] as OwnForm

/** The kinds as they stand in addresses. */
const SLUGS: Readonly<Record<OwnKind, string>> = {
  people: 'nhieu-nguoi',
  'unit-mailbox': 'hop-thu-don-vi',
  'function-mailbox': 'hop-thu-chuc-danh',
  holders: 'nguoi-dung-hop-thu',
  list: 'danh-sach-thu',
  name: 'ho-ten',
  position: 'chuc-vu',
  alias: 'dia-chi-phu',
  quota: 'dung-luong',
}
export const slugOf = (kind: OwnKind): string => SLUGS[kind]
export const kindOf = (slug: string): OwnKind | null =>
  (Object.keys(SLUGS) as OwnKind[]).find((kind) => SLUGS[kind] === slug) ?? null
