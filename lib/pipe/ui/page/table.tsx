import { useState } from 'preact/hooks';
import { count } from '../../report/quantity.ts';
import type { Preview } from '../views.ts';
import { TensorView } from './tensor-view.tsx';

/** An Arrow file: its columns, first rows of plain ones, and tensors as pictures. */
export function Table({
  digest,
  name: file,
  table,
}: {
  readonly digest: string;
  /** Of the file: there may be several on a page. */
  readonly name: string;
  readonly table: Extract<Preview, { kind: 'table' }>;
}) {
  const { rows, columns, metadata, names, first } = table;
  const tensors = columns.filter(({ tensor }) => tensor !== null);
  const [chosen, setChosen] = useState(tensors[0]?.name ?? null);
  const column = tensors.find(({ name }) => name === chosen);
  return (
    <div class="table">
      <p class="quiet">{count(rows, 'row')}</p>
      <div class="scroll" tabIndex={0} role="region" aria-label={`columns of ${file}`}>
        <table>
          <thead>
            <tr>
              <th>column</th>
              <th>type</th>
              <th>shape</th>
              <th>range</th>
              <th>missing</th>
            </tr>
          </thead>
          <tbody>
            {columns.map(({ name, type, shape, range, missing }) => (
              <tr>
                <th scope="row">{name}</th>
                <td>{type}</td>
                <td>{shape}</td>
                <td>{range}</td>
                <td>{missing === 0 ? '' : missing}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {column !== undefined && rows > 0 && (
        <>
          {tensors.length > 1 && (
            <label>
              Tensor{' '}
              <select value={column.name} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
                {tensors.map(({ name }) => (
                  <option value={name}>{name}</option>
                ))}
              </select>
            </label>
          )}
          <TensorView key={column.name} digest={digest} column={column} rows={rows} />
        </>
      )}
      {names.length > 0 && first.length > 0 && (
        <>
          <p class="quiet">{first.length < rows ? `the first ${count(first.length, 'row')}` : 'all rows'}</p>
          <div class="scroll" tabIndex={0} role="region" aria-label={`rows of ${file}`}>
            <table>
              <thead>
                <tr>
                  {names.map((name) => (
                    <th>{name}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {first.map((cells) => (
                  <tr>
                    {cells.map((cell) => (
                      <td>{cell}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {metadata.length > 0 && (
        <details>
          <summary>Metadata</summary>
          <dl>
            {metadata.map(([key, value]) => (
              <>
                <dt>{key}</dt>
                <dd>{value}</dd>
              </>
            ))}
          </dl>
        </details>
      )}
    </div>
  );
}
