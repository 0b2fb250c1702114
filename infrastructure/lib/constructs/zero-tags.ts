/** Tags by which the fallback finds out what a group or an alarm belongs to: a name proves nothing. */
export const zeroTags = {
  stage: 'FleetStage',
  slug: 'FleetSlug',
  /** On an alarm: which of the questions of `decideZero` it asks. */
  trigger: 'ScaleToZero',
} as const
