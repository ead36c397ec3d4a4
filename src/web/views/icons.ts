/**
 * The icons, drawn for a 24 × 24 field with a stroke of 1.75 in `currentColor`. They are never characters (the font lacks
 * them) and never stand alone: words say what they show.
 */
const SHAPES = {
  ring: '<circle cx="12" cy="12" r="9" stroke-dasharray="4.7 4.7"/>',
  mail: '<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m3 7.5 9 6.5 9-6.5"/>',
  clock: '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.5 2"/>',
  person: '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6"/>',
  people:
    '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 20c.5-3.5 3-5.5 6.5-5.500s6 2 6.5 5.500M15.5 5.300a3.5 3.5 0 0 1 0 6.400M18 15c2 .8 3.2 2.5 3.5 5"/>',
  'back-arrow': '<path d="M8 5 4 9l4 4"/><path d="M4 9h10.500a5 5 0 0 1 0 10H10"/>',
  sync: '<path d="M20 11a8 8 0 0 0-14.3-4L4 9M4 4.500V9h4.500M4 13a8 8 0 0 0 14.3 4l1.7-2m0 4.500V15h-4.5"/>',
  'tick-circle': '<circle cx="12" cy="12" r="9"/><path d="m8 12.3 2.8 2.700L16 9.5"/>',
  'cross-circle': '<circle cx="12" cy="12" r="9"/><path d="m9 9 6 6m0-6-6 6"/>',
  cross: '<path d="m6 6 12 12M18 6 6 18"/>',
  tick: '<path d="m4.5 12.5 5 5 10-11"/>',
  key: '<circle cx="7.5" cy="16.5" r="4"/><path d="M10.5 13.5 20 4m-4.5 4.500L18.5 11.5"/>',
  lock: '<rect x="5" y="10.5" width="14" height="10" rx="2"/><path d="M8 10.500V7.500a4 4 0 0 1 8 0v3"/>',
  pause: '<circle cx="12" cy="12" r="9"/><path d="M10 9v6m4-6v6"/>',
  box: '<path d="M3 4.500h18v4H3zM4.5 8.500v11h15v-11M9.5 12.500h5"/>',
  'half-disc': '<circle cx="12" cy="12" r="9"/><path d="M12 3a9 9 0 0 1 0 18z" fill="currentColor"/>',
  glass: '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
  plus: '<path d="M12 5v14M5 12h14"/>',
  arrows: '<path d="M4 8h15m-4-4 4 4-4 4M20 16H5m4-4-4 4 4 4"/>',
  equals: '<path d="M6 9.500h12M6 14.500h12"/>',
  triangle: '<path d="M12 4 2.8 20h18.400zM12 10v4.500m0 2.500v.1"/>',
  info: '<circle cx="12" cy="12" r="9"/><path d="M12 11v5m0-8.300v.1"/>',
  'arrow-right': '<path d="M4 12h16m-5.5-5.500L20 12l-5.5 5.5"/>',
  download: '<path d="M12 4v11m-4.5-4.500L12 15l4.5-4.500M4.5 20h15"/>',
  filter: '<path d="M4 7h16M7 12h10m-7 5h4"/>',
  shield: '<path d="M12 3 5 5.500V11c0 4.5 2.8 8 7 10 4.2-2 7-5.5 7-10V5.500z"/>',
  printer:
    '<path d="M7 8.500V3.500h10v5M7 17H4.500A1.5 1.5 0 0 1 3 15.500v-5.500a1.5 1.5 0 0 1 1.5-1.500h15a1.5 1.5 0 0 1 1.5 1.500v5.500a1.5 1.5 0 0 1-1.5 1.500H17"/><path d="M7 14h10v6.500H7z"/>',
  building: '<path d="M4.5 20.500v-16h10v16M14.5 9.500h5v11M2.5 20.500h19M8 8.500h3m-3 4h3m-3 4h3"/>',
} as const

export type IconName = keyof typeof SHAPES
export const ICONS = Object.keys(SHAPES) as readonly IconName[]

const DRAWN = new Map<string, string>(
  Object.entries(SHAPES).map(([name, shape]) => [
    name,
    `<svg class="cv-icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">${shape}</svg>`,
  ]),
)

/** The SVG of an icon. Throws on a name that does not exist, so that a misspelled one shows in the first test. */
export function drawIcon(name: string): string {
  const drawn = DRAWN.get(name)
  if (drawn === undefined) throw new Error(`There is no icon ${name}`)
  return drawn
}
