import type { RequestKind } from '../requests/kinds.ts'
import type { StepLine, Waits } from '../requests/requests.ts'
import { instant } from './views/formats.ts'
import { seatText, waitsText } from './words/workflow-sayings.ts'
import type { Words } from './words/vi.ts'

/** The steps of a request as its pages list them, with why it waits where it waits. */
export function stepsView(
  of: {
    readonly kind: RequestKind
    readonly steps: readonly StepLine[]
    readonly waits: Waits | null
    readonly dueAt: Date
  },
  t: Words,
) {
  const says = t.workflow.steps
  const waits = of.waits && waitsText(t, of.kind, of.waits)
  const rows = of.steps.map(({ seat, act }, index) => {
    const title = `${says.nth(index + 1, of.steps.length)}: ${t.workflow.seats[seat]}`
    if (act) {
      const name = act.forName === null ? act.byName : says.deputy(act.byName, act.forName)
      const text = says.by(name, seatText(t, act.seat), instant(act.at, t.lang))
      return { title, tone: 'ok', icon: 'tick-circle', state: says.done, text }
    }
    if (waits && of.waits.step === index + 1) {
      const text = `${waits.title}, ${says.dueBy(instant(of.dueAt, t.lang))}`
      return { title, tone: 'wait', icon: 'clock', state: t.states.request.submitted, text }
    }
    return { title, tone: 'neutral', icon: 'ring', state: says.later, text: '' }
  })
  return { rows, waits }
}
