package org.flowstream.health;

import java.util.List;
import java.util.Optional;
import org.flowstream.image.Image;
import org.flowstream.model.BridgeName;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.openflow.OpenFlowConnection;
import org.flowstream.openflow.SwitchUnreachableException;

/** A switch that is away, and a daemon without images. */
public final class Nobody implements Watched.Switch, Watched.Guest {
    @Override
    public OpenFlowConnection connection(BridgeName bridge) {
        throw new SwitchUnreachableException("away");
    }

    @Override
    public List<ForwardingProbe.Way> ways(MachineSpec machine, BridgeName bridge) {
        throw new SwitchUnreachableException("away");
    }

    @Override
    public Optional<Watched.Exit> exit(MachineSpec machine, BridgeName bridge) {
        throw new SwitchUnreachableException("away");
    }

    @Override
    public Image image(ImageDigest image) {
        throw new IllegalStateException("there is no image");
    }

    @Override
    public void scrub(MachineId machine, Image image) {
        throw new IllegalStateException("there is nothing to scrub");
    }
}
