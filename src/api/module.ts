import { Module, type DynamicModule } from '@nestjs/common';
import { Registry } from 'prom-client';
import { AccessionsController } from './accessions/controller.js';
import { Keyring } from './access/keyring.js';
import { ActorsController } from './actors/controller.js';
import { CollectionsController } from './collections/controller.js';
import { API_DEPS, hasWebApp, Stopping, type ApiDeps } from './deps.js';
import { EventsController } from './events/controller.js';
import { HarvestsController } from './harvests/controller.js';
import { HealthController } from './health/controller.js';
import { HomeController } from './home/controller.js';
import { requestLog } from './http/log.js';
import { KeysController } from './keys/controller.js';
import { MediaController } from './media/controller.js';
import { MetricsController } from './metrics/controller.js';
import { createRegistry } from './metrics/registry.js';
import { PostsController } from './posts/controller.js';
import { SeedsController } from './seeds/controller.js';
import { WebhooksController } from './webhooks/controller.js';

@Module({})
export class ApiModule {
  static forRoot(deps: ApiDeps, keyring: Keyring): DynamicModule {
    return {
      module: ApiModule,
      imports: [requestLog(deps.log)],
      controllers: [
        CollectionsController,
        AccessionsController,
        PostsController,
        ActorsController,
        MediaController,
        SeedsController,
        HarvestsController,
        EventsController,
        WebhooksController,
        KeysController,
        HealthController,
        MetricsController,
        ...(hasWebApp(deps) ? [] : [HomeController]),
      ],
      providers: [
        { provide: API_DEPS, useValue: deps },
        { provide: Keyring, useValue: keyring },
        { provide: Registry, useValue: createRegistry(deps) },
        Stopping,
      ],
    };
  }
}
