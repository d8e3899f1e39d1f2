"""JSONata functions that lay a run's input over the workload's own values; `$in` is the input.

The check of the input and the plan share them, so that what is checked is what runs.
"""

MERGING = """
    $chosen := function() { $exists($in.candidates) ? $distinct([$in.candidates]) : [$keys($settings.candidates)] };
    $tuned := function($own, $given) {(
        $ranges := $merge([$own.tuning.ranges, $given.ranges]);
        $points := $reduce([$each($ranges, function($one) { $count($one.categorical) })],
            function($product, $one) { $product * $one });
        $merge([$own.tuning, $given, {'ranges': $ranges},
            $own.search.Strategy = 'Grid' ? {'max_jobs': $points} : {}])
    )};
    $limits := function($name) {(
        $own := $lookup($settings.candidates, $name);
        $merge([
            {'instance': $merge([$own.instance, $lookup($in.instance, $name)])},
            $exists($own.tuning) ? {'tuning': $tuned($own, $lookup($in.tuning, $name))} : {}
        ])
    )};
    $planned := function($name) {(
        $own := $lookup($settings.candidates, $name);
        $spelled := $each($lookup($in.hyperparameters, $name), function($value, $key) {{$key: $string($value)}});
        $merge([
            {
                'hyperparameters': $merge([$own.hyperparameters, $spelled]),
                'decoder': $own.decoder
            },
            $limits($name)
        ])
    )};
    $seconds := function($candidate) {(
        $one := $exists($candidate.instance.max_wait) ? $candidate.instance.max_wait : $candidate.instance.max_runtime;
        $rounds := $exists($candidate.tuning)
            ? $ceil($candidate.tuning.max_jobs / $candidate.tuning.max_parallel_jobs) : 1;
        $rounds * $one + 3600
    )};
"""
"""`$chosen()`: names of this run's candidates. `$tuned`: a tuning with its budget and all its ranges.

`$planned(name)`: what plan.json says of a candidate; `$limits(name)`: its machines and budget alone. `$seconds`: the
longest that training can take by its own limits, and an hour to start and to upload.
"""
