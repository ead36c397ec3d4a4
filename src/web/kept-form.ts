import type { KeptForm, Page } from './page.ts'
import type { FieldError } from './rendering.ts'

/** The failed form of that name, which a reload shows again; `page.takeForm` forgets it once the form went through. */
export function keptForm(page: Page, name: string): KeptForm | null {
  const kept = page.takeForm(name)
  if (kept) page.keepForm(name, kept.values, kept.errors)
  return kept
}

/** The message beside a field. */
export const errorAt = (kept: KeptForm | null, field: string): string | undefined =>
  kept?.errors.find((error) => error.field === field)?.text

/** Typed text short enough to be kept: what is longer is wrong anyhow, and its beginning shows which text it was. */
export const keepable = <Name extends string>(values: Readonly<Record<Name, string>>): Record<Name, string> =>
  Object.fromEntries(Object.entries<string>(values).map(([name, text]) => [name, text.slice(0, 1000)])) as Record<
    Name,
    string
  >

/** Sends the visitor back to the page of a form, with what was typed and what is wrong with it. */
export function back(
  page: Page,
  form: { readonly name: string; readonly path: string },
  values: Readonly<Record<string, string>>,
  errors: readonly FieldError[],
): void {
  page.keepForm(form.name, keepable(values), errors)
  page.redirect(form.path)
}
