import type { RequestId } from '../kernel/ids.ts'
import { COMMENT_LENGTH } from '../requests/comment.ts'
import type { CommentLine } from '../requests/requests.ts'
import { errorAt } from './kept-form.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import type { Words } from './words/vi.ts'

/** The name of the form by which a comment on a request that failed is kept. */
export const commentForm = (id: RequestId): string => `comment ${id}`

type Options = {
  readonly id: RequestId
  /** Where the form goes; null for whoever reads only. */
  readonly action: string | null
  /** Whether the writer chooses who reads it, and so is told who reads the others. */
  readonly chooses: boolean
  /** Whether the reader is shown who reads each. */
  readonly readers: boolean
}
export type CommentsView = {
  readonly errors: readonly FieldError[]
  readonly comments: Readonly<Record<string, unknown>>
}

/** The comments on a request as its pages show them, with the form for one more and what was wrong with it. */
export function commentsView(page: Page, lines: readonly CommentLine[], options: Options): CommentsView {
  const { t } = page
  const { id, action, chooses, readers } = options
  const kept = page.takeForm(commentForm(id))
  return {
    errors: kept?.errors ?? [],
    comments: {
      ...{ action, chooses, longest: COMMENT_LENGTH },
      items: lines.map((line) => ({
        ...{ title: writerText(t, line), at: line.at, text: line.text },
        by: readers ? t.comments.readers[line.visible ? 'applicant' : 'staff'] : null,
      })),
      typed: { reader: 'staff', ...kept?.values },
      wrong: { commentText: errorAt(kept, 'commentText'), reader: errorAt(kept, 'reader') },
    },
  }
}

/** Who wrote it, by name and role; the applicant by role alone. */
const writerText = (t: Words, { role, byName, forName }: CommentLine): string =>
  role === 'applicant'
    ? t.comments.applicant
    : t.comments.writer(forName === null ? (byName ?? '') : t.history.deputy(byName ?? '', forName), t.roles[role])
