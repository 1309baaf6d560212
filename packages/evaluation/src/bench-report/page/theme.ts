import { element } from './element.js';

const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];
const storageKey = 'va-safetybench-report-theme';

/** The button that goes through: as the system has it, light, dark. Remembered where the browser lets a file remember. */
export function themeButton(): HTMLButtonElement {
  let theme: Theme = remembered();
  const button = element('button', { type: 'button', class: 'theme' });
  const apply = () => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
  };
  button.addEventListener('click', () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    apply();
    remember(theme);
  });
  apply();
  return button;
}

function remembered(): Theme {
  try {
    const value = localStorage.getItem(storageKey);
    return themes.find((theme) => theme === value) ?? 'auto';
  } catch {
    return 'auto';
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(storageKey, theme);
  } catch {
    // Storage can be forbidden to files and in private windows: the choice then holds for this page only.
  }
}
