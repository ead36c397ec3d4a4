import { day, instant } from '../views/formats.ts'
import type { Letter, Letters, Sender } from './letter-words.ts'
import { doubtText, kindLines } from './reconcile-sayings.ts'
import { reconcileEn } from './reconcile.en.ts'

const at = (when: Date | string): string => instant(when, 'en')

function letter(subject: string, greeting: string, paragraphs: readonly string[], from: Sender): Letter {
  const closing = [
    'Nobody, administrators included, may ask for a password.',
    `Yours sincerely,\n${from.name}`,
    `This is an automatic message; please do not reply. Support: ${from.phone}, ${from.email}.`,
  ]
  return { subject, text: `${[greeting, ...paragraphs, ...closing].join('\n\n')}\n` }
}
const dear = (name: string): string => `Dear ${name},`

export const lettersEn: Letters = {
  confirm: ({ code, until }, from) =>
    letter(
      `Your confirmation code: ${code}`,
      'Hello,',
      [
        `Your code to ask for an official mailbox is ${code}, valid until ${at(until)}.`,
        'If this was not you, ignore this message; nothing is created.',
      ],
      from,
    ),
  received: ({ code, name, unit, at: sent, due }, from) =>
    letter(
      `Request ${code} received`,
      dear(name),
      [`${unit} received your request at ${at(sent)} and answers by ${at(due)}.`, `Follow it: ${from.track(code)}`],
      from,
    ),
  returned: ({ code, name, unit, comment, until }, from) =>
    letter(
      `Request ${code} needs more`,
      dear(name),
      [
        `${unit} needs the following: “${comment}”`,
        `Please complete it by ${day(until, 'en')}: ${from.track(code)}`,
        'What you entered is kept.',
      ],
      from,
    ),
  approved: ({ code, name, unit, on, address, secret, until }, from) =>
    letter(
      `Request ${code} approved: activate your mailbox`,
      dear(name),
      [
        `${unit} approved your request on ${day(on, 'en')}. Your address: ${address}`,
        `Set a password to activate it: ${from.activate(secret)}`,
        `The link works once, until ${at(until)}; after that the mailbox is locked until your unit issues a new link.`,
      ],
      from,
    ),
  'approved-slip': ({ code, name, unit, on, address }, from) =>
    letter(
      `Request ${code} approved`,
      dear(name),
      [
        `${unit} approved your request on ${day(on, 'en')}. Your address: ${address}`,
        'Please fetch the hand-over slip at your unit; the code on it activates the mailbox.',
      ],
      from,
    ),
  link: ({ name, address, secret, until }, from) =>
    letter(
      `A new link to activate ${address}`,
      dear(name),
      [
        `Set a password to activate ${address}: ${from.activate(secret)}`,
        `The link works once, until ${at(until)}. Earlier links and slips no longer work.`,
      ],
      from,
    ),
  rejected: ({ code, name, unit, reason }, from) =>
    letter(
      `Result of request ${code}`,
      dear(name),
      [
        `${unit} did not approve your request. Reason: “${reason}”`,
        `Questions: ${from.name}, ${from.phone}. You may send a new request if something changes.`,
      ],
      from,
    ),
  ready: ({ name, address, at: activated }, from) =>
    letter(
      `Mailbox ${address} is in use`,
      dear(name),
      [
        `It was activated at ${at(activated)}. See your account and how to set up phone and computer at ${from.signIn}`,
        `If this was not you, call ${from.phone} at once.`,
      ],
      from,
    ),
  transferred: ({ name, address, on, from: was, to, title }, from) =>
    letter(
      `Mailbox ${address} and your new unit`,
      dear(name),
      [
        `From ${day(on, 'en')} you serve in ${to} as ${title}, before in ${was}. Address, password and mail stay as they are.`,
        `Rights and shared mailboxes of the former unit have ended; the new unit gives what is needed. See ${from.signIn}`,
      ],
      from,
    ),
  leaving: ({ name, address, on, until, letter: by }, from) =>
    letter(
      `Your mailbox ${address} when you leave`,
      dear(name),
      [
        `From ${day(on, 'en')} sign-in stops${by === null ? '' : ` under letter no. ${by.number} of ${day(by.date, 'en')}`}.`,
        `Mail is kept until ${day(until, 'en')}, then archived and deleted. The address is never given to anyone else.`,
        'Your unit names who takes over official mail. If you need letters again while they are kept, ask your unit.',
      ],
      from,
    ),
  already: ({ name, address, at: asked }, from) =>
    letter(
      'A second mailbox was asked for',
      dear(name),
      [
        `At ${at(asked)} somebody asked for an official mailbox with your name and identification number. You have the mailbox ${address}, so no second one is made.`,
        'If you cannot sign in, contact your unit administrator. If you did not send that request, tell support.',
      ],
      from,
    ),
  waiting: ({ name, waiting, overdue, lines, more, above }, from) => {
    const goTo = {
      unit: above.kind === 'unit' ? above.name : '',
      'it-staff': 'IT staff',
      several: 'the unit above',
      none: '',
    }[above.kind]
    const list = lines.map((line) =>
      [
        `- ${line.name}, ${line.unit}: answer due ${at(line.due)}`,
        ...(line.overdue ? ['overdue'] : []),
        ...(line.passedOn ? ['the unit below has not answered'] : []),
        ...(line.for === undefined ? [] : [`as deputy of ${line.for}`]),
      ].join(', '),
    )
    return letter(
      `${waiting} ${waiting === 1 ? 'request' : 'requests'} waiting, ${overdue} overdue`,
      dear(name),
      [
        [...list, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
        `Handle them at ${from.inbox}`,
        goTo === ''
          ? 'Nothing is approved automatically.'
          : `Overdue requests go to ${goTo}; nothing is approved automatically.`,
      ],
      from,
    )
  },
  deputy: ({ name, principal, from: first, to }, from) =>
    letter(
      `Deputy of ${principal} from ${day(first, 'en')}`,
      dear(name),
      [
        `From ${day(first, 'en')} to ${day(to, 'en')}, both included, you decide about requests as deputy of ${principal}. Each decision is logged under your name and theirs.`,
        `What waits: ${from.inbox}`,
        `If you cannot do it, tell ${principal} or the support.`,
      ],
      from,
    ),
  reconciled: ({ name, number, at: when, fresh, counts, doubt }, from) =>
    letter(
      doubt ? `Reconciliation no. ${number} cannot tell` : `Reconciliation no. ${number}: ${fresh} new findings`,
      dear(name),
      [
        doubt
          ? doubtText(reconcileEn.doubts, 'en', doubt)
          : `The comparison of ${at(when)} found ${fresh} that were not there the last time.`,
        ...(doubt ? [] : [kindLines(reconcileEn.kinds, counts)]),
        `See: ${from.reconcile}`,
      ],
      from,
    ),
  anchor: ({ seq, mac, at: read }, from) =>
    letter(
      `Congvu’s audit log up to entry ${seq}`,
      'To operations,',
      [
        `The newest entry of the audit chain at ${at(read)} is ${seq}, its check code:\n${mac}`,
        'Keep this message: if the log is ever shorter than that, its tail was cut.',
      ],
      from,
    ),
}
