(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("data").textContent);
  var box = document.getElementById("charts"), now = document.getElementById("now");
  if (!box || !data.n) return;
  var cursors = box.querySelectorAll(".cursor"), area = box.querySelector(".area"), at = null;
  var labels = {};
  box.querySelectorAll("[data-chart]").forEach(function (f) {
    labels[f.getAttribute("data-chart")] = f.querySelectorAll("figcaption b");
  });

  function round(v, digits) { return String(Number(v.toPrecision(digits))); }
  function number(v) { return Math.abs(v) >= 1000 ? String(Math.round(v)) : round(v, 4); }
  function two(n) { return (n < 10 ? "0" : "") + n; }
  function clock(s) {
    var sign = s < 0 ? "−" : "", t = Math.abs(Math.round(s));
    var h = Math.floor(t / 3600), m = Math.floor(t / 60) % 60;
    return sign + (h ? h + ":" + two(m) : m) + ":" + two(t % 60);
  }
  function duration(s) {
    if (s === 0) return "0 s";
    if (s < 1e-3) return round(s * 1e6, 3) + " us";
    if (s < 1) return round(s * 1e3, 3) + " ms";
    return s < 60 ? round(s, 3) + " s" : Math.floor(s / 60) + "m" + two(Math.round(s % 60)) + "s";
  }
  function print(v, unit, curve) {
    if (v === null) return "–";
    if (unit === "s") return duration(v);
    if (unit === "rps") return number(v) + "/s";
    if (unit === "ratio") return number(v * 100) + "%" + (curve.factor ? " (" + number(v * curve.factor) + (curve.raw || "") + ")" : "");
    return number(v) + (unit ? " " + unit : "");
  }
  function value(curve, i) {
    for (var back = 0; back < Math.max(curve.reach || 1, 1) && i - back >= 0; back++) {
      if (curve.v[i - back] !== null) return curve.v[i - back];
    }
    return null;
  }
  function each(show) {
    data.charts.forEach(function (c) {
      (c.curves || []).forEach(function (curve, k) {
        var b = labels[c.id] && labels[c.id][k];
        if (b) b.textContent = show(c, curve, b);
      });
    });
  }
  function move(i) {
    at = Math.min(Math.max(i, 0), data.n - 1);
    var left = (at + 0.5) / data.n * 100 + "%";
    cursors.forEach(function (c) { c.style.left = left; });
    box.classList.add("live");
    var s = data.first + at * data.step;
    now.textContent = clock(s);
    now.title = new Date(data.zero + s * 1000).toISOString();
    each(function (c, curve) { return print(value(curve, at), c.unit, curve); });
  }
  function leave() {
    at = null;
    box.classList.remove("live");
    now.textContent = "";
    each(function (c, curve, b) { return b.getAttribute("data-top"); });
  }
  var frame = 0, x = 0;
  box.addEventListener("pointermove", function (e) {
    x = e.clientX;
    if (frame) return;
    frame = requestAnimationFrame(function () {
      frame = 0;
      var r = area.getBoundingClientRect();
      if (x < r.left - 4 || x > r.right + 4) leave();
      else move(Math.floor((x - r.left) / r.width * data.n));
    });
  });
  box.addEventListener("pointerleave", leave);
  box.addEventListener("blur", leave);
  box.addEventListener("keydown", function (e) {
    var step = e.shiftKey ? 10 : 1;
    if (e.target !== box) return;
    if (e.key === "ArrowRight") move(at === null ? 0 : at + step);
    else if (e.key === "ArrowLeft") move(at === null ? data.n - 1 : at - step);
    else if (e.key === "Home") move(0);
    else if (e.key === "End") move(data.n - 1);
    else if (e.key === "Escape") leave();
    else return;
    e.preventDefault();
  });
})();
