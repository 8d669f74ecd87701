import { Link } from "@tanstack/react-router";
import type { DayCount } from "../../bindings/DayCount";
import { count } from "../../format/number";
import { dayMonth } from "../../format/time";
import { strings } from "../../strings";
import { shade, weeks } from "./weeks";

const words = strings.overview;

/** Calls by day, a week a row, with the share that nobody can be named for. */
export function Calendar({ days }: { days: DayCount[] }) {
  const most = Math.max(0, ...days.map((day) => day.calls));
  return (
    <section className="panel" aria-labelledby="calendar">
      <h2 id="calendar">{words.calendar}</h2>
      <p className="quiet">{words.calendarHelp}</p>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it */}
      <div className="calendarbox" role="group" aria-labelledby="calendar" tabIndex={0}>
        <table className="calendar">
          <thead>
            <tr>
              <th scope="col">
                <span className="hidden-but-read">{words.weekOf}</span>
              </th>
              {words.weekdays.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weeks(days).map((week) => (
              <tr key={week.monday}>
                <th scope="row">{dayMonth(Date.parse(`${week.monday}T00:00:00Z`), "utc")}</th>
                {week.days.map((day, at) => (
                  <td key={at}>{day === null ? null : <Day day={day} most={most} />}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Day({ day, most }: { day: DayCount; most: number }) {
  const bad = day.refused + day.contradicted;
  const label = words.dayLabel(day.day, day.calls, bad);
  if (day.calls === 0) {
    return (
      <span className="day none" title={label}>
        0
      </span>
    );
  }
  return (
    <Link to="/calls" search={{ filter: `day:${day.day}` }} className={`day heat-${String(shade(day.calls, most))}`} aria-label={label} title={label}>
      {count(day.calls)}
      <i aria-hidden="true" style={{ width: `${((100 * bad) / day.calls).toFixed(1)}%` }} />
    </Link>
  );
}
