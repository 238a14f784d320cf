package dev.quiesce.web.drill;

import dev.quiesce.lifecycle.testing.LifecycleContract;
import dev.quiesce.web.http.LongRequests;

class DrillStreamsContractTest implements LifecycleContract<DrillStreams> {

    @Override
    public DrillStreams newComponent() {
        return new DrillStreams(new LongRequests());
    }
}
