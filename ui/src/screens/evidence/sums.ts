import type { FileRow } from "../../bindings/FileRow";

export type Sums = { read: number; kept: number; duplicates: number; rejected: number; bytes: number; missing: number };

/** The sums over all exports; `missing` is what was read and stands nowhere. */
export function sums(files: FileRow[]): Sums {
  const total = { read: 0, kept: 0, duplicates: 0, rejected: 0, bytes: 0 };
  for (const file of files) {
    total.read += file.read;
    total.kept += file.kept;
    total.duplicates += file.duplicates;
    total.rejected += file.rejected;
    total.bytes += file.bytes;
  }
  return { ...total, missing: total.read - total.kept - total.duplicates - total.rejected };
}
