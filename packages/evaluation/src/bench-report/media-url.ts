/** A path with `/` as the path of a relative URL: every segment encoded, none that is empty, `.` or a drive or scheme. */
export function encodePath(path: string): string {
  return path
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .map((segment) => encodeURIComponent(segment.replace(/\p{Surrogate}/gu, '\ufffd')))
    .join('/');
}

/**
 * The URL of a medium under `base`, which is encoded already. Undefined for a path that would leave the benchmark's folder.
 */
export function mediaUrl(base: string, path: string): string | undefined {
  if (path.split(/[/\\]/).includes('..')) return undefined;
  const encoded = encodePath(path);
  if (encoded === '') return undefined;
  return base === '' ? `./${encoded}` : `${base.replace(/\/$/, '')}/${encoded}`;
}
