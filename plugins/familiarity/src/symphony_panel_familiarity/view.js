// Familiarity: the bar above, the panels, and the offer to compute where there is nothing yet.

export function render({ model }) {
  const at = { send: message => model.send_msg(message), playing: null }
  const panels = []

  const layer = element("select", { "aria-label": "Column of familiarity" })
  layer.addEventListener("change", () => at.send({ kind: "layer", column: layer.value }))
  const least = button("least familiar first", "", () => at.send({ kind: "order", is_most: false }))
  const most = button("most familiar first", "", () => at.send({ kind: "order", is_most: true }))
  const rate = element("input", { type: "number", min: "0.01", max: "50", step: "any", "aria-label": "Rate of outliers in percent" })
  rate.addEventListener("change", () => { if (rate.value) at.send({ kind: "rate", rate: Number(rate.value) / 100 }) })
  rate.addEventListener("keydown", event => event.stopPropagation())
  const outliers = button("", "", () => at.send({ kind: "outliers" }))
  const outlierWords = element("span", { class: "muted" })
  const clear = button("× filter", "", () => at.send({ kind: "clear" }), { class: "plain" })
  const note = element("span", { class: "muted" })
  const again = button("Compute anew", "", () => at.send({ kind: "compute" }), { class: "plain" })
  const first = element("div", { class: "top" }, layer, element("span", { class: "joined", role: "group", "aria-label": "Order" }, least, most),
    clear, element("span", { class: "push" }), again)
  const second = element("div", { class: "top" },
    element("label", {}, element("span", { class: "muted" }, "outliers"), rate, element("span", { class: "muted" }, "%")),
    outliers, outlierWords, note)
  const all = element("div", { class: "panels" })
  const more = element("p", { class: "muted", hidden: "" })

  const words = element("p")
  const plan = element("p")
  const compute = button("Compute familiarity", "", () => at.send({ kind: "compute" }))
  const offer = element("div", { class: "offer" }, words, compute, plan)

  const progress = element("progress", { max: "1", "aria-label": "Computing familiarity" })
  const jobWords = element("span", { class: "muted" })
  const cancel = button("Cancel", "", () => at.send({ kind: "cancel" }))
  const job = element("div", { class: "job", role: "status" }, progress, jobWords, cancel)
  const ending = element("p", { class: "muted ending", role: "status", hidden: "" })
  const problem = element("p", { class: "error", role: "alert" })

  function drawLayers(data) {
    const names = data.layers
    sync(layer, names, () => element("option"), (option, name) => { option.value = name; setText(option, name) })
    layer.value = data.layer
    layer.hidden = !names.length
  }

  function draw() {
    const data = model.data
    if (!data.layers) return
    drawLayers(data)
    offer.hidden = !data.empty
    first.hidden = !data.layers.length
    second.hidden = all.hidden = Boolean(data.empty)
    setText(words, data.empty)
    setText(plan, data.plan ? `${data.plan}. ⚙ changes it.` : "")
    compute.hidden = !data.plan
    again.hidden = !data.plan
    again.title = data.plan ? `Compute anew: ${data.plan}. ⚙ changes it.` : ""
    for (const one of [least, most]) one.hidden = Boolean(data.empty)
    more.hidden = !data.more_groups || Boolean(data.empty)
    clear.hidden = Boolean(data.empty) || !data.condition
    drawJob()
    if (data.empty) return
    least.setAttribute("aria-pressed", String(!data.is_most))
    most.setAttribute("aria-pressed", String(data.is_most))
    clear.title = `Drop ${data.condition} from the filter`
    clear.setAttribute("aria-label", clear.title)
    const typed = rate.getRootNode().activeElement === rate
    if (!typed) rate.value = String(Number((100 * data.rate).toPrecision(6)))
    setText(outliers, `Select ${whole(data.outliers)} outlier${data.outliers === 1 ? "" : "s"}`)
    outliers.disabled = !data.outliers
    setText(outlierWords, data.outlier_words)
    setText(note, data.note)
    all.classList.toggle("grouped", data.is_grouped)
    while (panels.length > data.panels.length) panels.pop().root.remove()
    data.panels.forEach((panel, index) => {
      if (!panels[index]) {
        panels[index] = new Panel(at)
        all.append(panels[index].root)
      }
      panels[index].update(data, panel, model.made)
    })
    setText(more, `${whole(data.more_groups)} more group${data.more_groups === 1 ? "" : "s"}, smaller; ⚙ shows more.`)
  }

  function drawJob() {
    const state = model.job
    job.hidden = !state.is_running
    compute.disabled = again.disabled = Boolean(state.is_running)
    progress.value = state.share ?? 0
    setText(jobWords, state.words ?? "")
    setText(problem, state.problem ?? "")
    problem.hidden = !state.problem
    setText(ending, state.note ?? "")
    ending.hidden = !state.note
  }

  draw()
  drawJob()
  model.on("data", draw)
  model.on("made", () => panels.forEach(panel => panel.setMedia(model.made)))
  model.on("job", drawJob)
  model.on("sound", () => at.playing?.hear(model.sound))
  return piece(STYLE, element("div", { class: "familiarity" }, first, job, problem, ending, second, offer, all, more))
}
