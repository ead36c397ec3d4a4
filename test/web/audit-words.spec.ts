import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { EVENT_OF } from '../../src/accounts/life-acts.ts'
import { PLAN_KINDS } from '../../src/brake/brake.ts'
import { ACTS } from '../../src/reconcile/compare.ts'
import { wordsOf } from '../../src/web/rendering.ts'
import { describe, expect, test } from '../support/jest.ts'

const SRC = join(import.meta.dirname, '../../src')

/** What takes the place of a variable in an action, by how the action is written; whoever writes another has to add it. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  '`change.${state}`': ['declined', 'cancelled'],
  '`request.${kind}`': ['approved', 'step-approved', 'returned', 'rejected', 'taken-over'],
  '`reorganisation.${what}`': [
    ...['head-changed', 'rows-replaced', 'steps-added', 'step-removed', 'rules-added', 'rule-removed', 'seat-added'],
    'seat-removed',
  ],
  '`reorganisation.${asked.type}`': ['withdraw', 'cancel'],
  '`reconcile.${plan.act}`': ACTS.filter((act) => act !== 'ignore'),
  '`import.${state}`': ['unreadable', 'matching'],
  '`import.${asked.type}`': ['withdraw', 'pause', 'go-on', 'cancel', 'continue', 'weigh'],
  '`import.${what}`': [
    ...['row-fixed', 'row-skipped', 'row-taken', 'person-chosen', 'row-reset', 'row-accepted', 'rows-accepted'],
    'unit-said',
  ],
  '`account.${kind}`': [
    ...['password-set', 'password-reset', 'archive-verified', 'restored', 'archive-discarded', 'unit-reorganised'],
    'unit-restored',
  ],
  '`account.${EVENT_OF[command.type]}`': Object.values(EVENT_OF),
}

type Noted = { readonly actions: Set<string>; readonly subjects: Set<string>; readonly keys: Set<string> }

/** What the program writes into the audit log, as its source says. */
function noted(): Noted {
  const found: Noted = { actions: new Set(), subjects: new Set(PLAN_KINDS), keys: new Set() }
  const texts = (node: ts.Expression): string[] =>
    ts.isConditionalExpression(node)
      ? [...texts(node.whenTrue), ...texts(node.whenFalse)]
      : [ts.isStringLiteralLike(node) ? node.text : node.getText()]
  const keys = (node: ts.Node): void => {
    if (ts.isShorthandPropertyAssignment(node)) found.keys.add(node.name.text)
    else if (ts.isPropertyAssignment(node)) {
      found.keys.add(node.name.getText().replaceAll("'", ''))
      // What a call is given is no part of what it answers.
      if (ts.isObjectLiteralExpression(node.initializer)) keys(node.initializer)
    } else if (!ts.isCallExpression(node)) ts.forEachChild(node, keys)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const [, action, subject, detail] = node.arguments
      if (node.expression.name.text === 'audit' && action !== undefined && subject !== undefined) {
        for (const text of texts(action)) found.actions.add(text)
        for (const text of texts(subject)) {
          const kind = /^`?([a-z]+):/.exec(text)?.[1]
          if (kind !== undefined) found.subjects.add(kind)
        }
        if (detail !== undefined) keys(detail)
      }
    }
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'action' && ts.isStringLiteral(node.initializer))
      if (/^[a-z-]+\.[a-z-]*changed$/.test(node.initializer.text)) found.actions.add(node.initializer.text)
    ts.forEachChild(node, visit)
  }
  for (const name of readdirSync(SRC, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.ts') && !name.includes('generated'))
      visit(ts.createSourceFile(name, readFileSync(join(SRC, name), 'utf8'), ts.ScriptTarget.Latest, true))
  return found
}

const NOTED = noted()
const lacking = (used: Iterable<string>, words: Readonly<Record<string, string>>) =>
  [...used].filter((each) => !Object.hasOwn(words, each)).sort()

describe.each(['vi', 'en'] as const)('the audit log in %s', (lang) => {
  const words = wordsOf(lang).audit

  test('names every action', () => {
    expect(NOTED.actions.size).toBeGreaterThan(100)
    // Policies are given theirs, which is looked for where they are made.
    const actions = [...NOTED.actions].filter((each) => each !== 'of.action')
    const meant = actions.flatMap((each) => {
      const values = MEANT[each]
      return values === undefined ? [each] : values.map((value) => each.replace(/`(.*)\$\{.*`/, `$1${value}`))
    })
    expect(lacking(meant, words.actions)).toEqual([])
  })
  test('names whatever an entry is about', () => {
    expect(lacking(NOTED.subjects, words.subjects)).toEqual([])
  })
  test('names every fact that is noted with one', () => {
    expect(lacking(NOTED.keys, words.details)).toEqual([])
  })
})
