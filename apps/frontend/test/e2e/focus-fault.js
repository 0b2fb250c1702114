// Runs in the page: what is wrong with the element that has the focus? It must be in sight, not covered, with a ring.
;(() => {
  const focused = document.activeElement
  if (!(focused instanceof HTMLElement) || focused === document.body) return 'nothing has the focus'
  const name = focused.outerHTML.slice(0, 120)
  // The picture's range input is see-through: its frame shows the ring for it.
  const seeThrough = getComputedStyle(focused).opacity === '0'
  const shown = seeThrough ? (focused.parentElement ?? focused) : focused
  const box = shown.getBoundingClientRect()
  if (box.width === 0 || box.bottom <= 0 || box.top >= innerHeight) return `out of sight: ${name}`
  const x = Math.min(innerWidth - 1, Math.max(0, box.left + box.width / 2))
  const top = Math.max(0, box.top)
  const y = top + (Math.min(innerHeight, box.bottom) - top) / 2
  const above = document.elementFromPoint(x, y)
  if (above && !shown.contains(above) && !above.contains(shown))
    return `covered by ${above.outerHTML.slice(0, 80)}: ${name}`
  const hasRing = [shown, ...shown.querySelectorAll('*')].some(part => {
    const style = getComputedStyle(part)
    return style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2
  })
  return hasRing ? undefined : `no ring: ${name}`
})()
