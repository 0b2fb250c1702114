// Runs before the first paint, so that a chosen theme never flashes. "System" needs nothing: light-dark() follows it.
try {
  var theme = localStorage.getItem('bp.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
  if (localStorage.getItem('bp.density') === 'compact')
    document.documentElement.dataset.density = 'compact'
} catch {
  // Storage is blocked: the system's theme it is.
}
