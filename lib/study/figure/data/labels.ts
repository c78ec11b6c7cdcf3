const proper: Readonly<Record<string, string>> = {
  'grad-cam': 'Grad-CAM',
  'grad-cam-plus-plus': 'Grad-CAM++',
  'guided-grad-cam': 'guided Grad-CAM',
  'layer-cam': 'LayerCAM',
  'score-cam': 'Score-CAM',
  'eigen-cam': 'Eigen-CAM',
  rise: 'RISE',
  'deep-lift': 'DeepLIFT',
  'smooth-grad': 'SmoothGrad',
  'var-grad': 'VarGrad',
  'gradient-times-input': 'gradient × input',
  'guided-backpropagation-minus': 'guided backpropagation minus',
};

export function methodLabel(method: string): string {
  return proper[method] ?? method.replaceAll('-', ' ');
}

const groups: Readonly<Record<string, string>> = {
  A: 'A: clearly right',
  B: 'B: clearly wrong',
  C: 'C: could go either way',
};

export function groupLabel(group: string): string {
  return groups[group] ?? group;
}

/** "Title, shapes, resnet-8, with augmentation"; the bare title where there is nothing to say of the runs. */
export function titled(title: string, variant: { readonly label: string }): string {
  return variant.label === '' ? title : `${title}, ${variant.label}`;
}

/** Parts joined, those that are empty left out, in letters that every file system takes. */
export function fileName(...parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .map((part) => part.replaceAll(/[^\p{Letter}\p{Number}._-]+/gu, '_'))
    .join('-');
}
