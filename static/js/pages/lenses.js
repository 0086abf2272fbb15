/** Through which lens is the run seen, and which one stands thin under the bars, so that the lag between them can be seen? */

/**
 * @param {HTMLElement} group  radio buttons named `lens`, and a select named `under` where a second lens can stand under the bars
 * @param {{onLook: (looks: {lens: string, under: string|null}) => void}} on
 */
export function createLensSwitch(group, { onLook }) {
  const radios = [...group.querySelectorAll('input[name="lens"]')];
  const under = group.querySelector('select[name="under"]');

  const current = () => ({ lens: radios.find(({ checked }) => checked).value, under: under?.value || null });

  function look() {
    if (!under) return onLook(current());
    const { lens } = current();
    // A lens under itself shows no lag.
    for (const option of under.options) option.disabled = option.value === lens;
    if (under.value === lens) under.value = "";
    onLook(current());
  }

  for (const input of [...radios, under].filter(Boolean)) input.addEventListener("change", look);

  return {
    current,
    show({ lens, under: below }) {
      const radio = radios.find(({ value }) => value === lens);
      if (!radio) return;
      radio.checked = true;
      if (under) under.value = [...under.options].some(({ value }) => value === below) ? below : "";
      look();
    },
    next() {
      const index = radios.findIndex(({ checked }) => checked);
      radios[(index + 1) % radios.length].checked = true;
      look();
    },
  };
}
