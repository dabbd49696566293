import { element } from './element.ts';

/** What sending the draft would cost, beside the button that sends it. */
export class Estimate {
  readonly element = element('span', { class: 'estimate', 'data-testid': 'estimate' });

  /** "≈ $0.0042", "≤ $0.13"; nothing where nothing is known. */
  show(likely?: string, most?: string): void {
    this.element.textContent = [likely, most && `(${most})`].filter(Boolean).join(' ');
    const bound = most ? `, and ${most.replace('≤ ', 'at most ')} for each request` : '';
    this.element.title = likely ? `Sending this will probably cost ${likely.replace('≈ ', 'about ')}${bound}.` : '';
  }
}
