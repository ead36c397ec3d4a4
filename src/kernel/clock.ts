/** The present instant. Passed in, so that a test can move it. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()

export const minutes = (n: number): number => n * 60_000
export const hours = (n: number): number => n * 3_600_000
export const days = (n: number): number => n * 86_400_000

export const later = (at: Date, milliseconds: number): Date => new Date(at.getTime() + milliseconds)
